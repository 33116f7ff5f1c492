-- CreateTable
CREATE TABLE "ManageLink" (
    "secretHash" BYTEA NOT NULL,
    "accountId" UUID NOT NULL,
    "bookingId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ManageLink_pkey" PRIMARY KEY ("secretHash")
);

-- CreateIndex
CREATE INDEX "ManageLink_accountId_bookingId_idx" ON "ManageLink"("accountId", "bookingId");

-- AddForeignKey
ALTER TABLE "ManageLink" ADD CONSTRAINT "ManageLink_accountId_bookingId_fkey" FOREIGN KEY ("accountId", "bookingId") REFERENCES "Booking"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "CalendarFeed" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "staffId" UUID,
    "customerId" UUID,
    "name" TEXT NOT NULL,
    "secretHash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "pastDays" INTEGER NOT NULL DEFAULT 30,
    "createdById" UUID NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CalendarFeed_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "CalendarFeed_secretHash_key" ON "CalendarFeed"("secretHash");

-- CreateIndex
CREATE INDEX "CalendarFeed_accountId_createdAt_id_idx" ON "CalendarFeed"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "CalendarFeed_accountId_staffId_idx" ON "CalendarFeed"("accountId", "staffId");

-- CreateIndex
CREATE INDEX "CalendarFeed_accountId_customerId_idx" ON "CalendarFeed"("accountId", "customerId");

-- AddForeignKey
ALTER TABLE "CalendarFeed" ADD CONSTRAINT "CalendarFeed_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CalendarFeed" ADD CONSTRAINT "CalendarFeed_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CalendarFeed" ADD CONSTRAINT "CalendarFeed_accountId_customerId_fkey" FOREIGN KEY ("accountId", "customerId") REFERENCES "Customer"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CalendarFeed" ADD CONSTRAINT "CalendarFeed_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

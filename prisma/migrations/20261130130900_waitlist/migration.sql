-- CreateEnum
CREATE TYPE "WaitlistState" AS ENUM ('WAITING', 'OFFERED', 'BOOKED', 'LEFT', 'EXPIRED');

-- AlterTable
ALTER TABLE "Account" ADD COLUMN     "waitlistOfferMinutes" INTEGER NOT NULL DEFAULT 60;

-- CreateTable
CREATE TABLE "WaitlistEntry" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serial" SERIAL NOT NULL,
    "serviceId" UUID NOT NULL,
    "sessionId" UUID,
    "staffIds" UUID[] DEFAULT ARRAY[]::UUID[],
    "fromAt" TIMESTAMPTZ(3),
    "untilAt" TIMESTAMPTZ(3),
    "customerId" UUID NOT NULL,
    "partySize" INTEGER NOT NULL,
    "state" "WaitlistState" NOT NULL DEFAULT 'WAITING',
    "holdId" UUID,
    "offeredAt" TIMESTAMPTZ(3),
    "stirred" INTEGER NOT NULL DEFAULT 1,
    "looked" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WaitlistEntry_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateIndex
CREATE INDEX "WaitlistEntry_accountId_createdAt_id_idx" ON "WaitlistEntry"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "WaitlistEntry_accountId_state_serviceId_createdAt_idx" ON "WaitlistEntry"("accountId", "state", "serviceId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "WaitlistEntry_accountId_serial_key" ON "WaitlistEntry"("accountId", "serial");

-- CreateIndex
CREATE UNIQUE INDEX "WaitlistEntry_accountId_holdId_key" ON "WaitlistEntry"("accountId", "holdId");

-- AddForeignKey
ALTER TABLE "WaitlistEntry" ADD CONSTRAINT "WaitlistEntry_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WaitlistEntry" ADD CONSTRAINT "WaitlistEntry_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WaitlistEntry" ADD CONSTRAINT "WaitlistEntry_accountId_sessionId_fkey" FOREIGN KEY ("accountId", "sessionId") REFERENCES "Session"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WaitlistEntry" ADD CONSTRAINT "WaitlistEntry_accountId_customerId_fkey" FOREIGN KEY ("accountId", "customerId") REFERENCES "Customer"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WaitlistEntry" ADD CONSTRAINT "WaitlistEntry_accountId_holdId_fkey" FOREIGN KEY ("accountId", "holdId") REFERENCES "Hold"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "Account"
  ADD CONSTRAINT "Account_waitlist" CHECK ("waitlistOfferMinutes" BETWEEN 1 AND 1440);

ALTER TABLE "WaitlistEntry"
  ADD CONSTRAINT "WaitlistEntry_party" CHECK ("partySize" >= 1),
  ADD CONSTRAINT "WaitlistEntry_wanted" CHECK (
    ("sessionId" IS NULL) = ("fromAt" IS NOT NULL) AND ("fromAt" IS NULL) = ("untilAt" IS NULL)
    AND "fromAt" < "untilAt"
  ),
  ADD CONSTRAINT "WaitlistEntry_offered" CHECK ("state" NOT IN ('OFFERED', 'BOOKED') OR "holdId" IS NOT NULL);

-- What a worker looks for again and again: few of them, however many entries there were.
CREATE INDEX "WaitlistEntry_waiting" ON "WaitlistEntry" ("accountId", "serviceId")
  WHERE "state" = 'WAITING';
CREATE INDEX "WaitlistEntry_due" ON "WaitlistEntry" ("accountId", "serviceId")
  WHERE "state" = 'WAITING' AND "stirred" > "looked";
CREATE INDEX "WaitlistEntry_offers" ON "WaitlistEntry" ("id") WHERE "state" = 'OFFERED';

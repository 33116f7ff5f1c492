-- AlterTable
ALTER TABLE "CalendarWrite" ADD COLUMN     "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "failedAt" TIMESTAMPTZ(3),
ADD COLUMN     "id" UUID NOT NULL DEFAULT gen_random_uuid();

-- AlterTable
ALTER TABLE "Payment" ADD COLUMN     "lastError" TEXT;

-- AlterTable
ALTER TABLE "WaitlistEntry" ADD COLUMN     "failedAt" TIMESTAMPTZ(3),
ADD COLUMN     "failures" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "lastError" TEXT,
ADD COLUMN     "retryAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "CalendarWrite_accountId_createdAt_id_idx" ON "CalendarWrite"("accountId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "CalendarWrite_accountId_id_key" ON "CalendarWrite"("accountId", "id");

-- A refund that is not tried any more by itself is still to be made.
ALTER TABLE "Payment" DROP CONSTRAINT "Payment_state";
ALTER TABLE "Payment" ADD CONSTRAINT "Payment_state" CHECK (
  ("state" = 'DONE' OR ("kind" = 'REFUND' AND "provider" IS NOT NULL))
  AND ("state" = 'PENDING' OR "nextTryAt" IS NULL));

-- AlterEnum
ALTER TYPE "NoticeKind" ADD VALUE 'WAITLIST_OFFER';
ALTER TYPE "NoticeKind" ADD VALUE 'WAITLIST_LEFT';
ALTER TYPE "NoticeKind" ADD VALUE 'WAITLIST_EXPIRED';

-- AlterTable
ALTER TABLE "Notice" ADD COLUMN     "waitlistEntryId" UUID;

-- AlterTable
ALTER TABLE "WaitlistEntry" ADD COLUMN     "notifyCustomer" BOOLEAN NOT NULL DEFAULT true;

-- CreateIndex
CREATE INDEX "Notice_accountId_waitlistEntryId_createdAt_id_idx" ON "Notice"("accountId", "waitlistEntryId", "createdAt", "id");

-- AddForeignKey
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_accountId_waitlistEntryId_fkey" FOREIGN KEY ("accountId", "waitlistEntryId") REFERENCES "WaitlistEntry"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "Notice" DROP CONSTRAINT "Notice_about";
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_about"
  CHECK (num_nonnulls("bookingId", "endpointId", "waitlistEntryId") = 1);

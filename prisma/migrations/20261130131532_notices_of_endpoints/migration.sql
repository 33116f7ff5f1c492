-- AlterEnum
ALTER TYPE "NoticeKind" ADD VALUE 'WEBHOOK_DISABLED';

-- AlterTable
ALTER TABLE "Notice" ADD COLUMN     "endpointId" UUID,
ADD COLUMN     "userId" UUID,
ALTER COLUMN "bookingId" DROP NOT NULL;

-- AddForeignKey
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;


CREATE INDEX "Notice_userId_idx" ON "Notice"("userId");

ALTER TABLE "Notice" DROP CONSTRAINT "Notice_one_recipient";
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_one_recipient"
  CHECK (num_nonnulls("customerId", "staffId", "userId") = 1);
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_about"
  CHECK (num_nonnulls("bookingId", "endpointId") = 1);

DROP INDEX "Notice_once";
CREATE UNIQUE INDEX "Notice_once" ON "Notice"("accountId", "eventId", "kind", "minutesBefore",
  (COALESCE("customerId", "staffId", "userId")));

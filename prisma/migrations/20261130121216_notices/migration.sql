-- CreateEnum
CREATE TYPE "NoticeKind" AS ENUM ('CONFIRMATION', 'REQUEST', 'REVIEW', 'CHANGE', 'DECLINED', 'CANCELLATION', 'REMINDER');

-- CreateEnum
CREATE TYPE "NoticeState" AS ENUM ('WAITING', 'SENT', 'SKIPPED', 'CANCELLED', 'FAILED');

-- AlterTable
ALTER TABLE "Customer" ADD COLUMN     "wantsNotices" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "Service" ADD COLUMN     "reminderMinutes" INTEGER[] DEFAULT ARRAY[1440]::INTEGER[];

-- CreateTable
CREATE TABLE "Notice" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "eventId" UUID NOT NULL,
    "kind" "NoticeKind" NOT NULL,
    "customerId" UUID,
    "staffId" UUID,
    "bookingId" UUID NOT NULL,
    "bookingIds" UUID[],
    "minutesBefore" INTEGER NOT NULL DEFAULT 0,
    "state" "NoticeState" NOT NULL DEFAULT 'WAITING',
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMPTZ(3),
    "leasedUntil" TIMESTAMPTZ(3),
    "leasedBy" TEXT,
    "address" TEXT,
    "subject" TEXT,
    "reason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Notice_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "NoticeTemplate" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" "NoticeKind" NOT NULL,
    "toStaff" BOOLEAN NOT NULL,
    "language" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "html" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "NoticeTemplate_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateIndex
CREATE INDEX "Notice_accountId_createdAt_id_idx" ON "Notice"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Notice_accountId_bookingId_createdAt_id_idx" ON "Notice"("accountId", "bookingId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "NoticeTemplate_accountId_createdAt_id_idx" ON "NoticeTemplate"("accountId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "NoticeTemplate_accountId_kind_toStaff_language_key" ON "NoticeTemplate"("accountId", "kind", "toStaff", "language");

-- AddForeignKey
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_accountId_bookingId_fkey" FOREIGN KEY ("accountId", "bookingId") REFERENCES "Booking"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_accountId_customerId_fkey" FOREIGN KEY ("accountId", "customerId") REFERENCES "Customer"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notice" ADD CONSTRAINT "Notice_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NoticeTemplate" ADD CONSTRAINT "NoticeTemplate_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;


ALTER TABLE "Notice" ADD CONSTRAINT "Notice_one_recipient" CHECK (num_nonnulls("customerId", "staffId") = 1);

-- What an event means for one person is planned once.
CREATE UNIQUE INDEX "Notice_once" ON "Notice"("accountId", "eventId", "kind", "minutesBefore", (COALESCE("customerId", "staffId")));

-- What is to be sent, and what of a booking is.
CREATE INDEX "Notice_due" ON "Notice"("nextAttemptAt") WHERE "state" = 'WAITING';
CREATE INDEX "Notice_waiting" ON "Notice"("accountId", "bookingId") WHERE "state" = 'WAITING';

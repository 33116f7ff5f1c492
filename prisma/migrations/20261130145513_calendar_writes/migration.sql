-- CreateEnum
CREATE TYPE "CalendarSourceKind" AS ENUM ('ICS', 'CALDAV');

-- AlterTable
ALTER TABLE "CalendarSource" ADD COLUMN     "credentialsSealed" BYTEA,
ADD COLUMN     "kind" "CalendarSourceKind" NOT NULL DEFAULT 'ICS',
ADD COLUMN     "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "writeError" TEXT,
ADD COLUMN     "writesBookings" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "CalendarWrite" (
    "accountId" UUID NOT NULL,
    "sourceId" UUID NOT NULL,
    "entryId" UUID NOT NULL,
    "etag" TEXT,
    "contentHash" BYTEA,
    "writtenAt" TIMESTAMPTZ(3),
    "dueAt" TIMESTAMPTZ(3),
    "wanted" INTEGER NOT NULL DEFAULT 1,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "leasedUntil" TIMESTAMPTZ(3),
    "leasedBy" TEXT,

    CONSTRAINT "CalendarWrite_pkey" PRIMARY KEY ("accountId","sourceId","entryId")
);

-- CreateIndex
CREATE INDEX "CalendarWrite_accountId_entryId_idx" ON "CalendarWrite"("accountId", "entryId");

-- CreateIndex
CREATE INDEX "CalendarWrite_dueAt_idx" ON "CalendarWrite"("dueAt");

-- AddForeignKey
ALTER TABLE "CalendarWrite" ADD CONSTRAINT "CalendarWrite_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CalendarWrite" ADD CONSTRAINT "CalendarWrite_accountId_sourceId_fkey" FOREIGN KEY ("accountId", "sourceId") REFERENCES "CalendarSource"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

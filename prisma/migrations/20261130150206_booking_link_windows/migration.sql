-- AlterTable
ALTER TABLE "BookingLink" ADD COLUMN     "bookableFromOn" DATE,
ADD COLUMN     "bookableUntilOn" DATE,
ADD COLUMN     "hours" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "maxAdvanceDays" INTEGER,
ADD COLUMN     "minNoticeMinutes" INTEGER NOT NULL DEFAULT 0;

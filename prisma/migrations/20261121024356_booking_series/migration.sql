-- AlterTable
ALTER TABLE "Series" ADD COLUMN     "skipped" JSONB NOT NULL DEFAULT '[]';

-- CreateIndex
CREATE INDEX "Booking_accountId_seriesId_startsAt_id_idx" ON "Booking"("accountId", "seriesId", "startsAt", "id");

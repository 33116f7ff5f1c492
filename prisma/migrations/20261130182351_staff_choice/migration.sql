-- AlterTable
ALTER TABLE "BookingLink" ADD COLUMN     "visitorsChooseStaff" BOOLEAN NOT NULL DEFAULT false;

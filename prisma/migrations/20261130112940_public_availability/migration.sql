-- AlterTable
ALTER TABLE "Account" ADD COLUMN     "publicAvailability" BOOLEAN NOT NULL DEFAULT false;

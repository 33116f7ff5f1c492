-- AlterTable
ALTER TABLE "Booking" ADD COLUMN     "attended" INTEGER,
ADD COLUMN     "createdBy" TEXT,
ADD COLUMN     "priceReason" TEXT;

-- No more heads come than were booked for.
ALTER TABLE "Booking"
  ADD CONSTRAINT "Booking_attended" CHECK ("attended" BETWEEN 0 AND "partySize");

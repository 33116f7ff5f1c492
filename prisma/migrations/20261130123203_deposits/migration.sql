-- AlterTable
ALTER TABLE "Booking" ADD COLUMN     "depositMinor" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "needsApproval" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "payBy" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Service" ADD COLUMN     "depositMinor" INTEGER,
ADD COLUMN     "depositPercent" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "payWithinMinutes" INTEGER NOT NULL DEFAULT 30;

ALTER TABLE "Service" ADD CONSTRAINT "Service_deposit" CHECK (
  "depositPercent" BETWEEN 0 AND 100 AND "depositMinor" >= 0 AND "payWithinMinutes" >= 1);
ALTER TABLE "Booking"
  ADD CONSTRAINT "Booking_deposit" CHECK ("depositMinor" >= 0),
  -- Only what waits for approval or money waits for money.
  ADD CONSTRAINT "Booking_pay_by" CHECK ("payBy" IS NULL OR "status" = 'PENDING');

-- What is looked for every few seconds; nearly all bookings wait for nothing.
CREATE INDEX "Booking_unpaid_payBy" ON "Booking" ("payBy") WHERE ("payBy" IS NOT NULL);

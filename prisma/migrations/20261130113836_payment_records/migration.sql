-- CreateEnum
CREATE TYPE "PaymentMethod" AS ENUM ('CASH', 'CREDIT_CARD', 'DEBIT_CARD', 'BANK_TRANSFER', 'PAYPAL', 'CHEQUE', 'VOUCHER', 'EXISTING_CREDIT', 'ACCOUNT_CREDIT', 'OTHER');

-- AlterTable
ALTER TABLE "Booking" ADD COLUMN     "refundOpenMinor" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "refundedMinor" INTEGER NOT NULL DEFAULT 0;

-- Nothing was paid back yet, since there was no way to say so.
UPDATE "Booking" SET "refundOpenMinor" = "refundDueMinor" WHERE "refundDueMinor" > 0;

-- AlterTable
ALTER TABLE "Payment" ADD COLUMN     "actorId" TEXT,
ADD COLUMN     "actorKind" TEXT NOT NULL DEFAULT 'SYSTEM',
ADD COLUMN     "actorName" TEXT NOT NULL DEFAULT 'Slotgraph',
ADD COLUMN     "methodNote" TEXT,
ADD COLUMN     "note" TEXT,
ADD COLUMN     "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "refundOfId" UUID,
ADD COLUMN     "refundedMinor" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "serial" SERIAL NOT NULL,
ADD COLUMN     "userId" UUID;

-- A method was any word; what is no method of the list stays as a note.
UPDATE "Payment" SET "receivedAt" = "createdAt",
  "methodNote" = CASE WHEN "method" IN ('cash', 'card', 'transfer') THEN NULL ELSE "method" END;
ALTER TABLE "Payment" ALTER COLUMN "method" TYPE "PaymentMethod" USING (CASE "method"
    WHEN 'cash' THEN 'CASH' WHEN 'card' THEN 'CREDIT_CARD' WHEN 'transfer' THEN 'BANK_TRANSFER'
    ELSE 'OTHER' END)::"PaymentMethod",
  ALTER COLUMN "actorKind" DROP DEFAULT,
  ALTER COLUMN "actorName" DROP DEFAULT;

-- CreateIndex
CREATE INDEX "Payment_accountId_createdAt_id_idx" ON "Payment"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Payment_accountId_receivedAt_id_idx" ON "Payment"("accountId", "receivedAt", "id");

-- CreateIndex
CREATE INDEX "Payment_accountId_refundOfId_idx" ON "Payment"("accountId", "refundOfId");

-- CreateIndex
CREATE UNIQUE INDEX "Payment_accountId_serial_key" ON "Payment"("accountId", "serial");

-- AddForeignKey
ALTER TABLE "Payment" ADD CONSTRAINT "Payment_accountId_refundOfId_fkey" FOREIGN KEY ("accountId", "refundOfId") REFERENCES "Payment"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- No more is given back than was paid: of one payment, and of a booking; a refund is of a payment.
ALTER TABLE "Payment"
  ADD CONSTRAINT "Payment_refunded" CHECK ("refundedMinor" BETWEEN 0 AND "amountMinor"),
  ADD CONSTRAINT "Payment_refund_of" CHECK (("kind" = 'REFUND') = ("refundOfId" IS NOT NULL));
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_refunds" CHECK (
  "refundedMinor" >= 0 AND "refundOpenMinor" BETWEEN 0 AND "refundDueMinor"
  AND "refundOpenMinor" <= "amountPaidMinor");

-- CreateEnum
CREATE TYPE "PaymentProvider" AS ENUM ('STRIPE');

-- CreateEnum
CREATE TYPE "PaymentState" AS ENUM ('PENDING', 'DONE', 'FAILED');

-- CreateEnum
CREATE TYPE "CheckoutState" AS ENUM ('NEW', 'OPEN', 'PAID', 'EXPIRED');

-- AlterTable
ALTER TABLE "Payment" ADD COLUMN     "leasedUntil" TIMESTAMPTZ(3),
ADD COLUMN     "nextTryAt" TIMESTAMPTZ(3),
ADD COLUMN     "provider" "PaymentProvider",
ADD COLUMN     "providerRef" TEXT,
ADD COLUMN     "state" "PaymentState" NOT NULL DEFAULT 'DONE',
ADD COLUMN     "tries" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "Checkout" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "bookingId" UUID NOT NULL,
    "amountMinor" INTEGER NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "successUrl" TEXT NOT NULL,
    "cancelUrl" TEXT NOT NULL,
    "state" "CheckoutState" NOT NULL DEFAULT 'NEW',
    "sessionId" TEXT,
    "url" TEXT,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Checkout_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Checkout_sessionId_key" ON "Checkout"("sessionId");

-- CreateIndex
CREATE INDEX "Checkout_accountId_bookingId_createdAt_id_idx" ON "Checkout"("accountId", "bookingId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Payment_provider_providerRef_key" ON "Payment"("provider", "providerRef");

-- AddForeignKey
ALTER TABLE "Checkout" ADD CONSTRAINT "Checkout_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Checkout" ADD CONSTRAINT "Checkout_accountId_bookingId_fkey" FOREIGN KEY ("accountId", "bookingId") REFERENCES "Booking"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "Checkout" ADD CONSTRAINT "Checkout_amount" CHECK ("amountMinor" > 0);
-- Only a refund through a provider waits for anything.
ALTER TABLE "Payment" ADD CONSTRAINT "Payment_state" CHECK (
  ("state" = 'DONE' OR ("kind" = 'REFUND' AND "provider" IS NOT NULL))
  AND ("state" = 'PENDING') = ("nextTryAt" IS NOT NULL));

-- What the worker looks for; nearly all payments are done.
CREATE INDEX "Payment_pending_nextTryAt" ON "Payment" ("nextTryAt") WHERE ("state" = 'PENDING');

-- A payment that was not made by a provider may be still to come, or never come; it does not count.
ALTER TABLE "Payment" DROP CONSTRAINT "Payment_state";
ALTER TABLE "Payment" ADD CONSTRAINT "Payment_state" CHECK (
  ("state" = 'DONE' OR ("kind" = 'REFUND' AND "provider" IS NOT NULL)
    OR ("kind" = 'PAYMENT' AND "provider" IS NULL AND "refundedMinor" = 0))
  AND ("nextTryAt" IS NULL OR ("kind" = 'REFUND' AND "state" = 'PENDING')));

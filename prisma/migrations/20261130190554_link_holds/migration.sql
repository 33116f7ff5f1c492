-- AlterTable
ALTER TABLE "Hold" ADD COLUMN     "linkId" UUID,
ADD COLUMN     "visitor" BYTEA;

-- CreateIndex
CREATE INDEX "Hold_accountId_linkId_expiresAt_idx" ON "Hold"("accountId", "linkId", "expiresAt");

-- AddForeignKey
ALTER TABLE "Hold" ADD CONSTRAINT "Hold_accountId_linkId_fkey" FOREIGN KEY ("accountId", "linkId") REFERENCES "BookingLink"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

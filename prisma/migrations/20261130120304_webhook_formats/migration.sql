-- AlterEnum
ALTER TYPE "DeliveryState" ADD VALUE 'SKIPPED';

-- AlterTable
ALTER TABLE "WebhookEndpoint" ADD COLUMN     "failureCount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "installationId" UUID,
ADD COLUMN     "serial" SERIAL NOT NULL;

-- CreateIndex
CREATE INDEX "WebhookEndpoint_accountId_installationId_idx" ON "WebhookEndpoint"("accountId", "installationId");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookEndpoint_accountId_serial_key" ON "WebhookEndpoint"("accountId", "serial");

-- AddForeignKey
ALTER TABLE "WebhookEndpoint" ADD CONSTRAINT "WebhookEndpoint_accountId_installationId_fkey" FOREIGN KEY ("accountId", "installationId") REFERENCES "Installation"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

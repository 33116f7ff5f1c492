-- AlterTable
ALTER TABLE "Installation" ADD COLUMN     "viaAccountId" UUID,
ADD COLUMN     "viaId" UUID;

-- CreateIndex
CREATE INDEX "Installation_viaAccountId_viaId_idx" ON "Installation"("viaAccountId", "viaId");

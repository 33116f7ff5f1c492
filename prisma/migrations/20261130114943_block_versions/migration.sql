-- AlterTable
ALTER TABLE "Block" ADD COLUMN     "serial" SERIAL NOT NULL,
ADD COLUMN     "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- CreateIndex
CREATE UNIQUE INDEX "Block_accountId_serial_key" ON "Block"("accountId", "serial");

-- As far as it is known when they last changed.
UPDATE "Block" SET "updatedAt" = "createdAt";

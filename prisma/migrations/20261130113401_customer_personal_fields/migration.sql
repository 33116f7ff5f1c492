-- AlterTable
ALTER TABLE "Customer" ADD COLUMN     "personalFields" JSONB;

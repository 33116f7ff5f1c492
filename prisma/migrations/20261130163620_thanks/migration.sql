-- AlterEnum
ALTER TYPE "NoticeKind" ADD VALUE 'THANKS';

-- AlterTable
ALTER TABLE "Service" ADD COLUMN     "thanksMinutes" INTEGER;

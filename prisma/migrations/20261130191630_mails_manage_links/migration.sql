-- AlterTable
ALTER TABLE "Account" ADD COLUMN     "mailsManageLinks" BOOLEAN NOT NULL DEFAULT true;

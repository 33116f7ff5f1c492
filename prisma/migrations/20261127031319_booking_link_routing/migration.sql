-- AlterTable
ALTER TABLE "BookingLink" ADD COLUMN     "bookedCount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "expiresAt" TIMESTAMPTZ(3),
ADD COLUMN     "maxBookings" INTEGER,
ADD COLUMN     "routing" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "BookingLinkService" (
    "accountId" UUID NOT NULL,
    "linkId" UUID NOT NULL,
    "serviceId" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "BookingLinkService_pkey" PRIMARY KEY ("accountId","linkId","serviceId")
);

-- AddForeignKey
ALTER TABLE "BookingLinkService" ADD CONSTRAINT "BookingLinkService_accountId_linkId_fkey" FOREIGN KEY ("accountId", "linkId") REFERENCES "BookingLink"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BookingLinkService" ADD CONSTRAINT "BookingLinkService_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

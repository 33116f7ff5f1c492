-- Exclusion over ids and time ranges needs the operators of this extension, which comes with PostgreSQL.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('OWNER', 'ADMIN', 'STAFF', 'VIEWER');

-- CreateEnum
CREATE TYPE "ServiceKind" AS ENUM ('APPOINTMENT', 'CLASS');

-- CreateEnum
CREATE TYPE "StepFrom" AS ENUM ('MIDNIGHT', 'WINDOW');

-- CreateEnum
CREATE TYPE "StaffMode" AS ENUM ('ANY', 'COLLECTIVE');

-- CreateEnum
CREATE TYPE "ExceptionKind" AS ENUM ('CLOSED', 'OPEN');

-- CreateEnum
CREATE TYPE "OccupancyKind" AS ENUM ('BOOKING', 'HOLD', 'BLOCK', 'SESSION');

-- CreateEnum
CREATE TYPE "HoldState" AS ENUM ('LIVE', 'USED', 'RELEASED', 'EXPIRED');

-- CreateEnum
CREATE TYPE "BookingStatus" AS ENUM ('PENDING', 'CONFIRMED', 'DECLINED', 'CANCELLED', 'COMPLETED', 'NO_SHOW');

-- CreateEnum
CREATE TYPE "BookingSource" AS ENUM ('API', 'LINK', 'REST', 'CONSOLE', 'IMPORT');

-- CreateEnum
CREATE TYPE "PaymentKind" AS ENUM ('PAYMENT', 'REFUND');

-- CreateEnum
CREATE TYPE "Distribution" AS ENUM ('ROUND_ROBIN', 'COLLECTIVE', 'PRIORITY', 'SINGLE');

-- CreateEnum
CREATE TYPE "DeliveryState" AS ENUM ('WAITING', 'DELIVERED', 'FAILED');

-- CreateTable
CREATE TABLE "Account" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "timeZone" TEXT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "holdSeconds" INTEGER NOT NULL DEFAULT 300,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "passwordHash" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Membership" (
    "accountId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "role" "Role" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("accountId","userId")
);

-- CreateTable
CREATE TABLE "PartyCategory" (
    "accountId" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "PartyCategory_pkey" PRIMARY KEY ("accountId","code")
);

-- CreateTable
CREATE TABLE "Service" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serial" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "kind" "ServiceKind" NOT NULL,
    "durationMinutes" INTEGER NOT NULL,
    "priceMinor" INTEGER,
    "bufferBeforeMinutes" INTEGER NOT NULL DEFAULT 0,
    "bufferAfterMinutes" INTEGER NOT NULL DEFAULT 0,
    "slotStepMinutes" INTEGER NOT NULL DEFAULT 15,
    "stepFrom" "StepFrom" NOT NULL DEFAULT 'MIDNIGHT',
    "staffMode" "StaffMode" NOT NULL DEFAULT 'ANY',
    "minNoticeMinutes" INTEGER NOT NULL DEFAULT 0,
    "maxAdvanceDays" INTEGER,
    "bookableFromOn" DATE,
    "bookableUntilOn" DATE,
    "dailyLimit" INTEGER,
    "capacity" INTEGER NOT NULL DEFAULT 1,
    "minParty" INTEGER NOT NULL DEFAULT 1,
    "maxParty" INTEGER NOT NULL DEFAULT 1,
    "requiresConfirmation" BOOLEAN NOT NULL DEFAULT false,
    "cancelFreeHours" INTEGER NOT NULL DEFAULT 0,
    "cancelRefundPercent" INTEGER NOT NULL DEFAULT 100,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Service_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "ServiceStaff" (
    "accountId" UUID NOT NULL,
    "serviceId" UUID NOT NULL,
    "staffId" UUID NOT NULL,
    "durationMinutes" INTEGER,
    "priceMinor" INTEGER,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "ServiceStaff_pkey" PRIMARY KEY ("accountId","serviceId","staffId")
);

-- CreateTable
CREATE TABLE "ServiceResource" (
    "accountId" UUID NOT NULL,
    "serviceId" UUID NOT NULL,
    "resourceId" UUID NOT NULL,
    "requirement" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "ServiceResource_pkey" PRIMARY KEY ("accountId","serviceId","resourceId")
);

-- CreateTable
CREATE TABLE "StaffMember" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serial" SERIAL NOT NULL,
    "userId" UUID,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "timeZone" TEXT,
    "dailyLimit" INTEGER,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "StaffMember_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "Resource" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serial" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "capacity" INTEGER NOT NULL DEFAULT 1,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Resource_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "Session" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serviceId" UUID NOT NULL,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "capacity" INTEGER NOT NULL,
    "seatsTaken" INTEGER NOT NULL DEFAULT 0,
    "seatsHeld" INTEGER NOT NULL DEFAULT 0,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "SessionStaff" (
    "accountId" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "staffId" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "SessionStaff_pkey" PRIMARY KEY ("accountId","sessionId","staffId")
);

-- CreateTable
CREATE TABLE "SessionResource" (
    "accountId" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "resourceId" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "SessionResource_pkey" PRIMARY KEY ("accountId","sessionId","resourceId")
);

-- CreateTable
CREATE TABLE "Customer" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serial" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "firstName" TEXT,
    "lastName" TEXT,
    "email" TEXT,
    "phone" TEXT,
    "timeZone" TEXT,
    "locale" TEXT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "groups" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "notes" TEXT,
    "customFields" JSONB,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Customer_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "WorkingHours" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "staffId" UUID,
    "resourceId" UUID,
    "serviceId" UUID,
    "weekday" INTEGER NOT NULL,
    "startMinute" INTEGER NOT NULL,
    "endMinute" INTEGER NOT NULL,
    "validFromOn" DATE,
    "validUntilOn" DATE,

    CONSTRAINT "WorkingHours_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "AvailabilityException" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "staffId" UUID,
    "resourceId" UUID,
    "serviceId" UUID,
    "kind" "ExceptionKind" NOT NULL,
    "on" DATE NOT NULL,
    "startMinute" INTEGER,
    "endMinute" INTEGER,
    "reason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AvailabilityException_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "Block" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Block_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "Occupancy" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" "OccupancyKind" NOT NULL,
    "staffId" UUID,
    "resourceId" UUID,
    "unit" INTEGER NOT NULL DEFAULT 0,
    "position" INTEGER NOT NULL DEFAULT 0,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "expiresAt" TIMESTAMPTZ(3),
    "bookingId" UUID,
    "holdId" UUID,
    "blockId" UUID,
    "sessionId" UUID,

    CONSTRAINT "Occupancy_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "Hold" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serviceId" UUID NOT NULL,
    "sessionId" UUID,
    "customerId" UUID,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "partySize" INTEGER NOT NULL,
    "state" "HoldState" NOT NULL DEFAULT 'LIVE',
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Hold_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "Booking" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serial" SERIAL NOT NULL,
    "number" TEXT NOT NULL,
    "status" "BookingStatus" NOT NULL,
    "serviceId" UUID NOT NULL,
    "staffId" UUID,
    "sessionId" UUID,
    "customerId" UUID NOT NULL,
    "seriesId" UUID,
    "linkId" UUID,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "timeZone" TEXT NOT NULL,
    "partySize" INTEGER NOT NULL DEFAULT 1,
    "party" JSONB,
    "priceMinor" INTEGER,
    "currency" CHAR(3) NOT NULL,
    "amountPaidMinor" INTEGER NOT NULL DEFAULT 0,
    "refundDueMinor" INTEGER NOT NULL DEFAULT 0,
    "source" "BookingSource" NOT NULL DEFAULT 'API',
    "externalRef" TEXT,
    "notes" TEXT,
    "answers" JSONB,
    "customFields" JSONB,
    "cancelReason" TEXT,
    "cancelledBy" TEXT,
    "cancelledAt" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Booking_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "Series" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serviceId" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Series_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "Payment" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "bookingId" UUID NOT NULL,
    "kind" "PaymentKind" NOT NULL,
    "method" TEXT NOT NULL,
    "amountMinor" INTEGER NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "reference" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Payment_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "BookingLink" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serviceId" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "distribution" "Distribution" NOT NULL DEFAULT 'ROUND_ROBIN',
    "questions" JSONB NOT NULL DEFAULT '[]',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BookingLink_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "BookingLinkStaff" (
    "accountId" UUID NOT NULL,
    "linkId" UUID NOT NULL,
    "staffId" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "BookingLinkStaff_pkey" PRIMARY KEY ("accountId","linkId","staffId")
);

-- CreateTable
CREATE TABLE "Event" (
    "seq" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "occurredAt" TIMESTAMPTZ(3) NOT NULL,
    "actorKind" TEXT NOT NULL,
    "actorId" TEXT,
    "actorName" TEXT NOT NULL,
    "subjectType" TEXT NOT NULL,
    "subjectId" UUID NOT NULL,
    "subjectVersion" INTEGER NOT NULL,
    "about" JSONB NOT NULL,
    "changes" JSONB NOT NULL,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "accountId" UUID NOT NULL,
    "principalId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "inputHash" TEXT NOT NULL,
    "resultId" UUID,
    "result" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("accountId","principalId","key")
);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "occurredAt" TIMESTAMPTZ(3) NOT NULL,
    "actorKind" TEXT NOT NULL,
    "actorId" TEXT,
    "actorName" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subjectType" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "address" TEXT,
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "ApiKey" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "publicId" TEXT NOT NULL,
    "secretHash" BYTEA NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[],
    "createdById" UUID NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "ApiClient" (
    "id" UUID NOT NULL,
    "publicId" TEXT NOT NULL,
    "secretHash" BYTEA NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "scopes" TEXT[],
    "allAccounts" BOOLEAN NOT NULL DEFAULT false,
    "createdById" UUID NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ApiClient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiClientAccount" (
    "clientId" UUID NOT NULL,
    "accountId" UUID NOT NULL,

    CONSTRAINT "ApiClientAccount_pkey" PRIMARY KEY ("clientId","accountId")
);

-- CreateTable
CREATE TABLE "AccessToken" (
    "tokenHash" BYTEA NOT NULL,
    "clientId" UUID NOT NULL,
    "scopes" TEXT[],
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AccessToken_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "Application" (
    "id" UUID NOT NULL,
    "publicId" TEXT NOT NULL,
    "secretHash" BYTEA NOT NULL,
    "name" TEXT NOT NULL,
    "redirectUrl" TEXT NOT NULL,
    "ownerId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Application_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Installation" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "applicationId" UUID NOT NULL,
    "publicId" TEXT NOT NULL,
    "secretHash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "approvedById" UUID NOT NULL,
    "uninstalledAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Installation_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "WebhookEndpoint" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "types" TEXT[],
    "format" TEXT NOT NULL DEFAULT 'standard',
    "document" TEXT,
    "secretSealed" BYTEA,
    "scopes" TEXT[],
    "disabledAt" TIMESTAMPTZ(3),
    "disabledReason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WebhookEndpoint_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "endpointId" UUID NOT NULL,
    "eventId" UUID NOT NULL,
    "state" "DeliveryState" NOT NULL DEFAULT 'WAITING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMPTZ(3),
    "leasedUntil" TIMESTAMPTZ(3),
    "lastStatus" INTEGER,
    "lastError" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Account_slug_key" ON "Account"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "Membership_userId_idx" ON "Membership"("userId");

-- CreateIndex
CREATE INDEX "Service_accountId_name_id_idx" ON "Service"("accountId", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Service_accountId_serial_key" ON "Service"("accountId", "serial");

-- CreateIndex
CREATE INDEX "ServiceStaff_accountId_staffId_idx" ON "ServiceStaff"("accountId", "staffId");

-- CreateIndex
CREATE INDEX "ServiceResource_accountId_resourceId_idx" ON "ServiceResource"("accountId", "resourceId");

-- CreateIndex
CREATE INDEX "StaffMember_accountId_name_id_idx" ON "StaffMember"("accountId", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "StaffMember_accountId_serial_key" ON "StaffMember"("accountId", "serial");

-- CreateIndex
CREATE INDEX "Resource_accountId_name_id_idx" ON "Resource"("accountId", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Resource_accountId_serial_key" ON "Resource"("accountId", "serial");

-- CreateIndex
CREATE INDEX "Session_accountId_startsAt_id_idx" ON "Session"("accountId", "startsAt", "id");

-- CreateIndex
CREATE INDEX "Session_accountId_serviceId_startsAt_idx" ON "Session"("accountId", "serviceId", "startsAt");

-- CreateIndex
CREATE INDEX "SessionStaff_accountId_staffId_idx" ON "SessionStaff"("accountId", "staffId");

-- CreateIndex
CREATE INDEX "SessionResource_accountId_resourceId_idx" ON "SessionResource"("accountId", "resourceId");

-- CreateIndex
CREATE INDEX "Customer_accountId_name_id_idx" ON "Customer"("accountId", "name", "id");

-- CreateIndex
CREATE INDEX "Customer_accountId_createdAt_id_idx" ON "Customer"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Customer_accountId_updatedAt_id_idx" ON "Customer"("accountId", "updatedAt", "id");

-- CreateIndex
CREATE INDEX "Customer_accountId_email_idx" ON "Customer"("accountId", "email");

-- CreateIndex
CREATE UNIQUE INDEX "Customer_accountId_serial_key" ON "Customer"("accountId", "serial");

-- CreateIndex
CREATE INDEX "AvailabilityException_accountId_on_idx" ON "AvailabilityException"("accountId", "on");

-- CreateIndex
CREATE INDEX "Block_accountId_startsAt_id_idx" ON "Block"("accountId", "startsAt", "id");

-- CreateIndex
CREATE INDEX "Occupancy_accountId_bookingId_idx" ON "Occupancy"("accountId", "bookingId");

-- CreateIndex
CREATE INDEX "Occupancy_accountId_holdId_idx" ON "Occupancy"("accountId", "holdId");

-- CreateIndex
CREATE INDEX "Occupancy_accountId_blockId_idx" ON "Occupancy"("accountId", "blockId");

-- CreateIndex
CREATE INDEX "Occupancy_accountId_sessionId_idx" ON "Occupancy"("accountId", "sessionId");

-- CreateIndex
CREATE INDEX "Hold_accountId_sessionId_idx" ON "Hold"("accountId", "sessionId");

-- CreateIndex
CREATE INDEX "Booking_accountId_startsAt_id_idx" ON "Booking"("accountId", "startsAt", "id");

-- CreateIndex
CREATE INDEX "Booking_accountId_createdAt_id_idx" ON "Booking"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Booking_accountId_updatedAt_id_idx" ON "Booking"("accountId", "updatedAt", "id");

-- CreateIndex
CREATE INDEX "Booking_accountId_customerId_startsAt_id_idx" ON "Booking"("accountId", "customerId", "startsAt", "id");

-- CreateIndex
CREATE INDEX "Booking_accountId_staffId_startsAt_id_idx" ON "Booking"("accountId", "staffId", "startsAt", "id");

-- CreateIndex
CREATE INDEX "Booking_accountId_serviceId_startsAt_id_idx" ON "Booking"("accountId", "serviceId", "startsAt", "id");

-- CreateIndex
CREATE INDEX "Booking_accountId_sessionId_idx" ON "Booking"("accountId", "sessionId");

-- CreateIndex
CREATE INDEX "Booking_accountId_externalRef_idx" ON "Booking"("accountId", "externalRef");

-- CreateIndex
CREATE UNIQUE INDEX "Booking_accountId_number_key" ON "Booking"("accountId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "Booking_accountId_serial_key" ON "Booking"("accountId", "serial");

-- CreateIndex
CREATE INDEX "Payment_accountId_bookingId_createdAt_id_idx" ON "Payment"("accountId", "bookingId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "BookingLink_accountId_slug_key" ON "BookingLink"("accountId", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "Event_id_key" ON "Event"("id");

-- CreateIndex
CREATE INDEX "Event_xid_seq_idx" ON "Event"("xid", "seq");

-- CreateIndex
CREATE INDEX "Event_accountId_xid_seq_idx" ON "Event"("accountId", "xid", "seq");

-- CreateIndex
CREATE INDEX "Event_accountId_subjectId_seq_idx" ON "Event"("accountId", "subjectId", "seq");

-- CreateIndex
CREATE INDEX "IdempotencyKey_expiresAt_idx" ON "IdempotencyKey"("expiresAt");

-- CreateIndex
CREATE INDEX "AuditEntry_accountId_occurredAt_id_idx" ON "AuditEntry"("accountId", "occurredAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_publicId_key" ON "ApiKey"("publicId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiClient_publicId_key" ON "ApiClient"("publicId");

-- CreateIndex
CREATE INDEX "ApiClientAccount_accountId_idx" ON "ApiClientAccount"("accountId");

-- CreateIndex
CREATE INDEX "AccessToken_expiresAt_idx" ON "AccessToken"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "Application_publicId_key" ON "Application"("publicId");

-- CreateIndex
CREATE UNIQUE INDEX "Installation_publicId_key" ON "Installation"("publicId");

-- CreateIndex
CREATE UNIQUE INDEX "Installation_accountId_applicationId_key" ON "Installation"("accountId", "applicationId");

-- CreateIndex
CREATE INDEX "WebhookDelivery_state_nextAttemptAt_idx" ON "WebhookDelivery"("state", "nextAttemptAt");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_accountId_endpointId_eventId_key" ON "WebhookDelivery"("accountId", "endpointId", "eventId");

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PartyCategory" ADD CONSTRAINT "PartyCategory_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Service" ADD CONSTRAINT "Service_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServiceStaff" ADD CONSTRAINT "ServiceStaff_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServiceStaff" ADD CONSTRAINT "ServiceStaff_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServiceResource" ADD CONSTRAINT "ServiceResource_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServiceResource" ADD CONSTRAINT "ServiceResource_accountId_resourceId_fkey" FOREIGN KEY ("accountId", "resourceId") REFERENCES "Resource"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StaffMember" ADD CONSTRAINT "StaffMember_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Resource" ADD CONSTRAINT "Resource_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionStaff" ADD CONSTRAINT "SessionStaff_accountId_sessionId_fkey" FOREIGN KEY ("accountId", "sessionId") REFERENCES "Session"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionStaff" ADD CONSTRAINT "SessionStaff_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionResource" ADD CONSTRAINT "SessionResource_accountId_sessionId_fkey" FOREIGN KEY ("accountId", "sessionId") REFERENCES "Session"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SessionResource" ADD CONSTRAINT "SessionResource_accountId_resourceId_fkey" FOREIGN KEY ("accountId", "resourceId") REFERENCES "Resource"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Customer" ADD CONSTRAINT "Customer_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkingHours" ADD CONSTRAINT "WorkingHours_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkingHours" ADD CONSTRAINT "WorkingHours_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkingHours" ADD CONSTRAINT "WorkingHours_accountId_resourceId_fkey" FOREIGN KEY ("accountId", "resourceId") REFERENCES "Resource"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkingHours" ADD CONSTRAINT "WorkingHours_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AvailabilityException" ADD CONSTRAINT "AvailabilityException_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AvailabilityException" ADD CONSTRAINT "AvailabilityException_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AvailabilityException" ADD CONSTRAINT "AvailabilityException_accountId_resourceId_fkey" FOREIGN KEY ("accountId", "resourceId") REFERENCES "Resource"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AvailabilityException" ADD CONSTRAINT "AvailabilityException_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Block" ADD CONSTRAINT "Block_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Occupancy" ADD CONSTRAINT "Occupancy_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Occupancy" ADD CONSTRAINT "Occupancy_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Occupancy" ADD CONSTRAINT "Occupancy_accountId_resourceId_fkey" FOREIGN KEY ("accountId", "resourceId") REFERENCES "Resource"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Occupancy" ADD CONSTRAINT "Occupancy_accountId_bookingId_fkey" FOREIGN KEY ("accountId", "bookingId") REFERENCES "Booking"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Occupancy" ADD CONSTRAINT "Occupancy_accountId_holdId_fkey" FOREIGN KEY ("accountId", "holdId") REFERENCES "Hold"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Occupancy" ADD CONSTRAINT "Occupancy_accountId_blockId_fkey" FOREIGN KEY ("accountId", "blockId") REFERENCES "Block"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Occupancy" ADD CONSTRAINT "Occupancy_accountId_sessionId_fkey" FOREIGN KEY ("accountId", "sessionId") REFERENCES "Session"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Hold" ADD CONSTRAINT "Hold_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Hold" ADD CONSTRAINT "Hold_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Hold" ADD CONSTRAINT "Hold_accountId_sessionId_fkey" FOREIGN KEY ("accountId", "sessionId") REFERENCES "Session"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Hold" ADD CONSTRAINT "Hold_accountId_customerId_fkey" FOREIGN KEY ("accountId", "customerId") REFERENCES "Customer"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_accountId_sessionId_fkey" FOREIGN KEY ("accountId", "sessionId") REFERENCES "Session"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_accountId_customerId_fkey" FOREIGN KEY ("accountId", "customerId") REFERENCES "Customer"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_accountId_seriesId_fkey" FOREIGN KEY ("accountId", "seriesId") REFERENCES "Series"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_accountId_linkId_fkey" FOREIGN KEY ("accountId", "linkId") REFERENCES "BookingLink"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Series" ADD CONSTRAINT "Series_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Series" ADD CONSTRAINT "Series_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Payment" ADD CONSTRAINT "Payment_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Payment" ADD CONSTRAINT "Payment_accountId_bookingId_fkey" FOREIGN KEY ("accountId", "bookingId") REFERENCES "Booking"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BookingLink" ADD CONSTRAINT "BookingLink_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BookingLink" ADD CONSTRAINT "BookingLink_accountId_serviceId_fkey" FOREIGN KEY ("accountId", "serviceId") REFERENCES "Service"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BookingLinkStaff" ADD CONSTRAINT "BookingLinkStaff_accountId_linkId_fkey" FOREIGN KEY ("accountId", "linkId") REFERENCES "BookingLink"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BookingLinkStaff" ADD CONSTRAINT "BookingLinkStaff_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Event" ADD CONSTRAINT "Event_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "IdempotencyKey" ADD CONSTRAINT "IdempotencyKey_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AuditEntry" ADD CONSTRAINT "AuditEntry_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiClient" ADD CONSTRAINT "ApiClient_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiClientAccount" ADD CONSTRAINT "ApiClientAccount_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "ApiClient"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiClientAccount" ADD CONSTRAINT "ApiClientAccount_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccessToken" ADD CONSTRAINT "AccessToken_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "ApiClient"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Application" ADD CONSTRAINT "Application_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Installation" ADD CONSTRAINT "Installation_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Installation" ADD CONSTRAINT "Installation_applicationId_fkey" FOREIGN KEY ("applicationId") REFERENCES "Application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookEndpoint" ADD CONSTRAINT "WebhookEndpoint_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_accountId_endpointId_fkey" FOREIGN KEY ("accountId", "endpointId") REFERENCES "WebhookEndpoint"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say. Each of these keeps a promise a second time, below the rules in the code.

-- No double booking: two active rows never occupy the same staff member, or the same unit of a
-- resource, at overlapping times. Rows are inserted with ON CONFLICT DO NOTHING.
ALTER TABLE "Occupancy"
  ADD CONSTRAINT "Occupancy_staff_no_overlap" EXCLUDE USING gist (
    "accountId" WITH =, "staffId" WITH =, tstzrange("startsAt", "endsAt") WITH &&
  ) WHERE ("active" AND "staffId" IS NOT NULL),
  ADD CONSTRAINT "Occupancy_resource_no_overlap" EXCLUDE USING gist (
    "accountId" WITH =, "resourceId" WITH =, "unit" WITH =, tstzrange("startsAt", "endsAt") WITH &&
  ) WHERE ("active" AND "resourceId" IS NOT NULL),
  ADD CONSTRAINT "Occupancy_one_occupant" CHECK (num_nonnulls("staffId", "resourceId") = 1),
  ADD CONSTRAINT "Occupancy_one_reason" CHECK (
    num_nonnulls("bookingId", "holdId", "blockId", "sessionId") = 1
  ),
  ADD CONSTRAINT "Occupancy_times" CHECK ("startsAt" < "endsAt"),
  ADD CONSTRAINT "Occupancy_unit" CHECK ("unit" >= 0);

-- A session never has more seats taken than it has.
ALTER TABLE "Session"
  ADD CONSTRAINT "Session_seats" CHECK (
    "seatsTaken" >= 0 AND "seatsHeld" >= 0 AND "seatsTaken" + "seatsHeld" <= "capacity"
  ),
  ADD CONSTRAINT "Session_times" CHECK ("startsAt" < "endsAt");

ALTER TABLE "Account"
  ADD CONSTRAINT "Account_slug" CHECK ("slug" ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  ADD CONSTRAINT "Account_hold" CHECK ("holdSeconds" BETWEEN 1 AND 900);

ALTER TABLE "Service"
  ADD CONSTRAINT "Service_lengths" CHECK (
    "durationMinutes" > 0 AND "bufferBeforeMinutes" >= 0 AND "bufferAfterMinutes" >= 0
    AND "slotStepMinutes" BETWEEN 1 AND 1440 AND "minNoticeMinutes" >= 0
  ),
  ADD CONSTRAINT "Service_party" CHECK (1 <= "minParty" AND "minParty" <= "maxParty"),
  ADD CONSTRAINT "Service_capacity" CHECK ("capacity" >= 1),
  ADD CONSTRAINT "Service_price" CHECK ("priceMinor" >= 0),
  ADD CONSTRAINT "Service_refund" CHECK ("cancelRefundPercent" BETWEEN 0 AND 100);

ALTER TABLE "Resource" ADD CONSTRAINT "Resource_capacity" CHECK ("capacity" BETWEEN 1 AND 1000);

ALTER TABLE "WorkingHours"
  ADD CONSTRAINT "WorkingHours_one_owner" CHECK (
    num_nonnulls("staffId", "resourceId", "serviceId") <= 1
  ),
  ADD CONSTRAINT "WorkingHours_minutes" CHECK (
    "weekday" BETWEEN 1 AND 7 AND "startMinute" BETWEEN 0 AND 1439
    AND "endMinute" > "startMinute" AND "endMinute" <= "startMinute" + 1440
  ),
  ADD CONSTRAINT "WorkingHours_validity" CHECK ("validFromOn" <= "validUntilOn");

ALTER TABLE "AvailabilityException"
  ADD CONSTRAINT "AvailabilityException_one_owner" CHECK (
    num_nonnulls("staffId", "resourceId", "serviceId") <= 1
  ),
  ADD CONSTRAINT "AvailabilityException_minutes" CHECK (
    ("startMinute" IS NULL) = ("endMinute" IS NULL)
    AND "startMinute" BETWEEN 0 AND 1439
    AND "endMinute" > "startMinute" AND "endMinute" <= "startMinute" + 1440
  );

ALTER TABLE "Block" ADD CONSTRAINT "Block_times" CHECK ("startsAt" < "endsAt");

ALTER TABLE "Hold"
  ADD CONSTRAINT "Hold_times" CHECK ("startsAt" < "endsAt" AND "createdAt" < "expiresAt"),
  ADD CONSTRAINT "Hold_party" CHECK ("partySize" >= 1);

ALTER TABLE "Booking"
  ADD CONSTRAINT "Booking_times" CHECK ("startsAt" < "endsAt"),
  ADD CONSTRAINT "Booking_party" CHECK ("partySize" >= 1),
  ADD CONSTRAINT "Booking_money" CHECK ("priceMinor" >= 0 AND "amountPaidMinor" >= 0 AND "refundDueMinor" >= 0),
  ADD CONSTRAINT "Booking_version" CHECK ("version" >= 1);

ALTER TABLE "Payment" ADD CONSTRAINT "Payment_amount" CHECK ("amountMinor" > 0);

-- Hours and exceptions are found by their owner; most owners have none.
CREATE INDEX "WorkingHours_owner" ON "WorkingHours"
  ("accountId", (coalesce("staffId", "resourceId", "serviceId")));

-- Occupancy is taken before the booking or hold it belongs to is written, so that a lost race writes
-- nothing else; these two references are checked at commit.
ALTER TABLE "Occupancy"
  ALTER CONSTRAINT "Occupancy_accountId_bookingId_fkey" DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "Occupancy"
  ALTER CONSTRAINT "Occupancy_accountId_holdId_fkey" DEFERRABLE INITIALLY DEFERRED;

-- CreateEnum
CREATE TYPE "AuditOutcome" AS ENUM ('DONE', 'REFUSED');

-- DropForeignKey
ALTER TABLE "WebhookDelivery" DROP CONSTRAINT "WebhookDelivery_accountId_endpointId_fkey";

-- DropIndex
DROP INDEX "WebhookDelivery_accountId_endpointId_eventId_key";

-- DropIndex
DROP INDEX "WebhookDelivery_state_nextAttemptAt_idx";

-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "previousHash" BYTEA,
ADD COLUMN     "previousPublicId" TEXT,
ADD COLUMN     "previousUntil" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Application" ADD COLUMN     "deletedAt" TIMESTAMPTZ(3),
ADD COLUMN     "description" TEXT,
ADD COLUMN     "secretSealed" BYTEA,
ADD COLUMN     "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- AlterTable
ALTER TABLE "AuditEntry" DROP COLUMN "after",
DROP COLUMN "before",
ADD COLUMN     "changes" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "outcome" "AuditOutcome" NOT NULL DEFAULT 'DONE',
ADD COLUMN     "requestId" TEXT,
ADD COLUMN     "userId" UUID,
ALTER COLUMN "subjectId" DROP NOT NULL;

-- AlterTable
ALTER TABLE "Customer" ADD COLUMN     "erasedAt" TIMESTAMPTZ(3),
ADD COLUMN     "mergedIntoId" UUID;

-- AlterTable
ALTER TABLE "Installation" ADD COLUMN     "approvedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "lastUsedAt" TIMESTAMPTZ(3),
ADD COLUMN     "permissions" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "WebhookDelivery" ADD COLUMN     "eventSeq" BIGINT NOT NULL,
ADD COLUMN     "eventType" TEXT NOT NULL,
ADD COLUMN     "finishedAt" TIMESTAMPTZ(3),
ADD COLUMN     "leasedBy" TEXT,
ADD COLUMN     "subjectId" UUID NOT NULL;

-- AlterTable
ALTER TABLE "WebhookEndpoint" DROP CONSTRAINT "WebhookEndpoint_pkey",
ADD COLUMN     "clientId" UUID,
ADD COLUMN     "createdById" UUID,
ADD COLUMN     "description" TEXT,
ADD COLUMN     "failingSince" TIMESTAMPTZ(3),
ADD COLUMN     "filter" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "headersSealed" BYTEA,
ADD COLUMN     "lostCount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "pausedAt" TIMESTAMPTZ(3),
ADD COLUMN     "previousSecretSealed" BYTEA,
ADD COLUMN     "previousUntil" TIMESTAMPTZ(3),
ALTER COLUMN "accountId" DROP NOT NULL,
ALTER COLUMN "secretSealed" SET NOT NULL,
ADD CONSTRAINT "WebhookEndpoint_pkey" PRIMARY KEY ("id");

-- CreateTable
CREATE TABLE "UserSession" (
    "tokenHash" BYTEA NOT NULL,
    "userId" UUID NOT NULL,
    "address" TEXT,
    "agent" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "UserSession_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "Invitation" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "invitedById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "acceptedAt" TIMESTAMPTZ(3),
    "withdrawnAt" TIMESTAMPTZ(3),

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "BusyTime" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "staffId" UUID,
    "resourceId" UUID,
    "calendar" TEXT NOT NULL,
    "externalId" TEXT,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BusyTime_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateTable
CREATE TABLE "RateBudget" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "RateBudget_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "LogReader" (
    "name" TEXT NOT NULL,
    "xid" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LogReader_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "WebhookAttempt" (
    "accountId" UUID NOT NULL,
    "deliveryId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "durationMs" INTEGER NOT NULL,
    "status" INTEGER,
    "error" TEXT,
    "answer" TEXT,

    CONSTRAINT "WebhookAttempt_pkey" PRIMARY KEY ("accountId","deliveryId","number")
);

-- CreateIndex
CREATE INDEX "UserSession_userId_idx" ON "UserSession"("userId");

-- CreateIndex
CREATE INDEX "UserSession_expiresAt_idx" ON "UserSession"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_tokenHash_key" ON "Invitation"("tokenHash");

-- CreateIndex
CREATE INDEX "Invitation_accountId_createdAt_id_idx" ON "Invitation"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "BusyTime_accountId_staffId_startsAt_idx" ON "BusyTime"("accountId", "staffId", "startsAt");

-- CreateIndex
CREATE INDEX "BusyTime_accountId_resourceId_startsAt_idx" ON "BusyTime"("accountId", "resourceId", "startsAt");

-- CreateIndex
CREATE INDEX "ApiClient_createdById_idx" ON "ApiClient"("createdById");

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_previousPublicId_key" ON "ApiKey"("previousPublicId");

-- CreateIndex
CREATE INDEX "ApiKey_accountId_createdAt_id_idx" ON "ApiKey"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Application_ownerId_idx" ON "Application"("ownerId");

-- CreateIndex
CREATE INDEX "Installation_accountId_createdAt_id_idx" ON "Installation"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "WebhookDelivery_accountId_endpointId_createdAt_id_idx" ON "WebhookDelivery"("accountId", "endpointId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "WebhookDelivery_endpointId_subjectId_eventSeq_idx" ON "WebhookDelivery"("endpointId", "subjectId", "eventSeq");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_endpointId_eventId_key" ON "WebhookDelivery"("endpointId", "eventId");

-- CreateIndex
CREATE INDEX "WebhookEndpoint_accountId_createdAt_id_idx" ON "WebhookEndpoint"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "WebhookEndpoint_clientId_idx" ON "WebhookEndpoint"("clientId");

-- AddForeignKey
ALTER TABLE "UserSession" ADD CONSTRAINT "UserSession_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_invitedById_fkey" FOREIGN KEY ("invitedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Customer" ADD CONSTRAINT "Customer_accountId_mergedIntoId_fkey" FOREIGN KEY ("accountId", "mergedIntoId") REFERENCES "Customer"("accountId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BusyTime" ADD CONSTRAINT "BusyTime_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BusyTime" ADD CONSTRAINT "BusyTime_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BusyTime" ADD CONSTRAINT "BusyTime_accountId_resourceId_fkey" FOREIGN KEY ("accountId", "resourceId") REFERENCES "Resource"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookEndpoint" ADD CONSTRAINT "WebhookEndpoint_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "ApiClient"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_endpointId_fkey" FOREIGN KEY ("endpointId") REFERENCES "WebhookEndpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookAttempt" ADD CONSTRAINT "WebhookAttempt_accountId_deliveryId_fkey" FOREIGN KEY ("accountId", "deliveryId") REFERENCES "WebhookDelivery"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

ALTER TABLE "BusyTime"
  ADD CONSTRAINT "BusyTime_one_owner" CHECK (num_nonnulls("staffId", "resourceId") = 1),
  ADD CONSTRAINT "BusyTime_times" CHECK ("startsAt" < "endsAt");

ALTER TABLE "WebhookEndpoint"
  ADD CONSTRAINT "WebhookEndpoint_one_owner" CHECK (num_nonnulls("accountId", "clientId") = 1);

-- What a worker looks for: few rows, whatever was delivered before.
CREATE INDEX "WebhookDelivery_waiting" ON "WebhookDelivery" ("nextAttemptAt", "eventSeq")
  WHERE "state" = 'WAITING';

-- Budgets may start anew after a crash; writing them must cost little.
ALTER TABLE "RateBudget" SET UNLOGGED;

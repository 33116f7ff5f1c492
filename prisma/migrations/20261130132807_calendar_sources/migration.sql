-- CreateTable
CREATE TABLE "CalendarSource" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "staffId" UUID,
    "resourceId" UUID,
    "name" TEXT NOT NULL,
    "urlSealed" BYTEA NOT NULL,
    "host" TEXT NOT NULL,
    "pausedAt" TIMESTAMPTZ(3),
    "etag" TEXT,
    "lastModified" TEXT,
    "readAt" TIMESTAMPTZ(3),
    "syncedAt" TIMESTAMPTZ(3),
    "nextSyncAt" TIMESTAMPTZ(3) NOT NULL,
    "failingSince" TIMESTAMPTZ(3),
    "failureCount" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "busyCount" INTEGER NOT NULL DEFAULT 0,
    "unreadCount" INTEGER NOT NULL DEFAULT 0,
    "leasedUntil" TIMESTAMPTZ(3),
    "leasedBy" TEXT,
    "createdById" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CalendarSource_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateIndex
CREATE INDEX "CalendarSource_accountId_createdAt_id_idx" ON "CalendarSource"("accountId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "CalendarSource_accountId_staffId_idx" ON "CalendarSource"("accountId", "staffId");

-- CreateIndex
CREATE INDEX "CalendarSource_accountId_resourceId_idx" ON "CalendarSource"("accountId", "resourceId");

-- CreateIndex
CREATE INDEX "CalendarSource_nextSyncAt_idx" ON "CalendarSource"("nextSyncAt");

-- AddForeignKey
ALTER TABLE "CalendarSource" ADD CONSTRAINT "CalendarSource_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CalendarSource" ADD CONSTRAINT "CalendarSource_accountId_staffId_fkey" FOREIGN KEY ("accountId", "staffId") REFERENCES "StaffMember"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CalendarSource" ADD CONSTRAINT "CalendarSource_accountId_resourceId_fkey" FOREIGN KEY ("accountId", "resourceId") REFERENCES "Resource"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A calendar is of one person or of one resource; a feed of one person or customer, or of all.
ALTER TABLE "CalendarSource" ADD CONSTRAINT "CalendarSource_one_owner"
  CHECK (num_nonnulls("staffId", "resourceId") = 1);
ALTER TABLE "CalendarFeed" ADD CONSTRAINT "CalendarFeed_one_owner"
  CHECK (num_nonnulls("staffId", "customerId") <= 1);

-- What overlaps a range of time, as every question about free time asks: by its start alone, a
-- person's whole past would be read. Prisma cannot say these.
CREATE INDEX "BusyTime_staff_times" ON "BusyTime" USING gist (
  "accountId", "staffId", tstzrange("startsAt", "endsAt")
) WHERE ("staffId" IS NOT NULL);

CREATE INDEX "BusyTime_resource_times" ON "BusyTime" USING gist (
  "accountId", "resourceId", tstzrange("startsAt", "endsAt")
) WHERE ("resourceId" IS NOT NULL);

-- AlterTable
ALTER TABLE "Booking" ADD COLUMN     "reminds" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "thanks" BOOLEAN NOT NULL DEFAULT true;

-- What was said when it was made was in its event alone.
UPDATE "Booking" b SET "reminds" = coalesce((e."about"->'notify'->>'reminders')::boolean, true),
  "thanks" = coalesce((e."about"->'notify'->>'thanks')::boolean, true)
FROM "Event" e
WHERE e."accountId" = b."accountId" AND e."subjectId" = b."id" AND e."type" = 'booking.created'
  AND (e."about"->'notify' ? 'reminders' OR e."about"->'notify' ? 'thanks');

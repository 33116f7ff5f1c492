-- What workers look for, each among the few rows that wait: by endpoint and time, the earlier ones
-- of a subject, and those that are under way.
DROP INDEX "WebhookDelivery_waiting";

CREATE INDEX "WebhookDelivery_waiting" ON "WebhookDelivery"
  ("endpointId", "nextAttemptAt", "eventSeq") WHERE "state" = 'WAITING';

CREATE INDEX "WebhookDelivery_waiting_subject" ON "WebhookDelivery"
  ("endpointId", "subjectId", "eventSeq") WHERE "state" = 'WAITING';

CREATE INDEX "WebhookDelivery_leased" ON "WebhookDelivery" ("endpointId")
  WHERE "leasedBy" IS NOT NULL;

CREATE INDEX "WebhookDelivery_finished" ON "WebhookDelivery" ("finishedAt")
  WHERE "finishedAt" IS NOT NULL;

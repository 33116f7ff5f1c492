-- CreateIndex
CREATE INDEX "Hold_accountId_startsAt_idx" ON "Hold"("accountId", "startsAt");

-- What the sweeper looks for every few seconds; nearly all holds are over.
CREATE INDEX "Hold_live_expiresAt" ON "Hold" ("expiresAt") WHERE ("state" = 'LIVE');

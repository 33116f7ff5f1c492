-- CreateIndex
CREATE INDEX "AuditEntry_accountId_subjectId_occurredAt_id_idx" ON "AuditEntry"("accountId", "subjectId", "occurredAt", "id");

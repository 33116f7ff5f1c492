-- What took its number early and wrote late would lie before what it followed.
ALTER TABLE "Event" ALTER COLUMN "xid" SET DEFAULT GREATEST(((pg_current_xact_id())::text)::bigint, (((pg_snapshot_xmax(pg_current_snapshot()))::text)::bigint - 1));

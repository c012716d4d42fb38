-- When a session was used last, to the minute: what its person sees in the list of their sessions.
ALTER TABLE "session" ADD COLUMN "last_seen_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

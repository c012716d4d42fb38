-- Whose certificate a person signed in with last: nobody is told anything once it is revoked or has ended (0180).
ALTER TABLE "user" ADD COLUMN "serial" TEXT NOT NULL DEFAULT '';

-- How far the audit entries have been turned into notifications. Never moved back: a rebuilt projection comes past here again and nothing is told twice.
CREATE TABLE "notification_cursor" (
  "id" INTEGER PRIMARY KEY DEFAULT 1 CHECK ("id" = 1),
  "block" BIGINT NOT NULL,
  "position" INTEGER NOT NULL,
  "part" INTEGER NOT NULL
);

-- One per person and event: `key` names the event for good.
CREATE TABLE "notification" (
  "id" TEXT PRIMARY KEY,
  "user_id" TEXT NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
  "key" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "shipment" TEXT,
  "sensor" TEXT,
  "facts" JSONB NOT NULL,
  "at" BIGINT NOT NULL,
  "created_at" BIGINT NOT NULL,
  "in_app" BOOLEAN NOT NULL,
  "read_at" BIGINT
);
CREATE UNIQUE INDEX "notification_user_id_key_key" ON "notification" ("user_id", "key");
CREATE INDEX "notification_user_id_created_at_idx" ON "notification" ("user_id", "created_at");

-- One per notification and channel.
CREATE TABLE "delivery" (
  "id" TEXT PRIMARY KEY,
  "notification_id" TEXT NOT NULL REFERENCES "notification" ("id") ON DELETE CASCADE,
  "user_id" TEXT NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
  "channel" TEXT NOT NULL CHECK ("channel" IN ('email', 'webhook')),
  "due_at" BIGINT NOT NULL,
  "state" TEXT NOT NULL CHECK ("state" IN ('waiting', 'sent', 'dead')),
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "last_error" TEXT,
  "sent_at" BIGINT,
  -- Whether a job has been made that sends it.
  "queued" BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX "delivery_notification_id_channel_key" ON "delivery" ("notification_id", "channel");
CREATE INDEX "delivery_queued_idx" ON "delivery" ("queued") WHERE NOT "queued";
CREATE INDEX "delivery_user_id_state_idx" ON "delivery" ("user_id", "state");

-- What a person wants to be told, where and when. No row: everything in the app, nothing elsewhere.
CREATE TABLE "notification_setting" (
  "user_id" TEXT PRIMARY KEY REFERENCES "user" ("id") ON DELETE CASCADE,
  "rules" JSONB NOT NULL DEFAULT '{}',
  "zone" TEXT NOT NULL DEFAULT '',
  "quiet_from" INTEGER CHECK ("quiet_from" BETWEEN 0 AND 1439),
  "quiet_to" INTEGER CHECK ("quiet_to" BETWEEN 0 AND 1439),
  "digest_minute" INTEGER NOT NULL DEFAULT 420 CHECK ("digest_minute" BETWEEN 0 AND 1439),
  "email" TEXT,
  "email_pending" TEXT,
  "email_code_hash" TEXT,
  "email_code_ends" BIGINT,
  "email_tries" INTEGER NOT NULL DEFAULT 0,
  "email_asked_at" BIGINT,
  "webhook_url" TEXT,
  "webhook_secret" TEXT
);

-- The owner's rule for the interval between calibrations: whose rule a due date is, is shown beside it.
CREATE TABLE "calibration_rule" (
  "msp_id" TEXT PRIMARY KEY,
  "months" INTEGER NOT NULL CHECK ("months" BETWEEN 1 AND 60),
  "set_by" TEXT NOT NULL,
  "set_at" BIGINT NOT NULL
);

-- Tokens of the read API. Only the SHA-256 of a token is kept; what it may see is what its maker's organisation sees.
CREATE TABLE "api_token" (
  "id" TEXT PRIMARY KEY,
  "hash" TEXT NOT NULL UNIQUE,
  "name" TEXT NOT NULL,
  "scopes" TEXT[] NOT NULL,
  "msp_id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
  "created_by" TEXT NOT NULL,
  "created_at" BIGINT NOT NULL,
  "expires_at" BIGINT NOT NULL,
  "revoked_at" BIGINT,
  "last_used_at" BIGINT
);
CREATE INDEX "api_token_msp_id_idx" ON "api_token" ("msp_id");

-- Requests per caller and minute; one row per caller, so that the table does not grow with traffic.
CREATE TABLE "request_window" (
  "caller" TEXT PRIMARY KEY,
  "window" BIGINT NOT NULL,
  "count" INTEGER NOT NULL
);

-- Guest links: one shipment, read only. Only the SHA-256 of the link's token is kept.
CREATE TABLE "share_link" (
  "id" TEXT PRIMARY KEY,
  "hash" TEXT NOT NULL UNIQUE,
  "shipment" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
  "created_by" TEXT NOT NULL,
  "created_at" BIGINT NOT NULL,
  "expires_at" BIGINT NOT NULL,
  "revoked_at" BIGINT,
  "opened" INTEGER NOT NULL DEFAULT 0,
  "last_opened_at" BIGINT
);
CREATE INDEX "share_link_shipment_idx" ON "share_link" ("shipment");

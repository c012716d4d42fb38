-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "checkpoint" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "block" BIGINT NOT NULL,
    "header_hash" BYTEA NOT NULL,
    "commit_hash" BYTEA NOT NULL,
    "halted" TEXT,
    "halted_at" BIGINT,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "block" (
    "number" BIGINT NOT NULL,
    "header_hash" BYTEA NOT NULL,
    "previous_hash" BYTEA NOT NULL,
    "commit_hash" BYTEA NOT NULL,
    "transactions" INTEGER NOT NULL,
    "sources" TEXT[],

    CONSTRAINT "block_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "transaction" (
    "id" TEXT NOT NULL,
    "block" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    "validation_code" INTEGER NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "creator_msp" TEXT NOT NULL,
    "creator_name" TEXT NOT NULL,
    "creator_role" TEXT NOT NULL,
    "thumbprint" TEXT NOT NULL,
    "function" TEXT NOT NULL,
    "endorsers" TEXT[],

    CONSTRAINT "transaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_state" (
    "key" TEXT NOT NULL,
    "value" BYTEA NOT NULL,
    "block" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "ledger_state_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "sensor" (
    "id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "authority" TEXT NOT NULL,
    "thumbprint" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_reason" TEXT NOT NULL,
    "doubtful_since" BIGINT,
    "registered_at" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL DEFAULT 0,
    "head_hash" TEXT NOT NULL DEFAULT '',
    "lost_batches" BIGINT NOT NULL DEFAULT 0,
    "last_at" BIGINT,
    "last_seen" BIGINT,
    "last_temperature" INTEGER,
    "last_humidity" INTEGER,

    CONSTRAINT "sensor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "calibration" (
    "sensor" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "laboratory" TEXT NOT NULL,
    "valid_from" BIGINT NOT NULL,
    "valid_to" BIGINT NOT NULL,
    "min" INTEGER NOT NULL,
    "max" INTEGER NOT NULL,
    "uncertainty" INTEGER NOT NULL,
    "thumbprint" TEXT NOT NULL,
    "registered_at" BIGINT NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "calibration_pkey" PRIMARY KEY ("sensor","transaction")
);

-- CreateTable
CREATE TABLE "shipment" (
    "id" TEXT NOT NULL,
    "sscc" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "shipper" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "created_by" TEXT NOT NULL,
    "started_at" BIGINT,
    "arrived_at" BIGINT,
    "decided_at" BIGINT,
    "log_length" INTEGER NOT NULL,
    "log_head" TEXT NOT NULL,
    "incomplete" TEXT[],

    CONSTRAINT "shipment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assignment" (
    "shipment" TEXT NOT NULL,
    "sensor" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "start" BIGINT NOT NULL,
    "end" BIGINT,
    "assigned" BIGINT NOT NULL,
    "ended" BIGINT,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "assignment_pkey" PRIMARY KEY ("shipment","sensor","start")
);

-- CreateTable
CREATE TABLE "batch" (
    "sensor" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "previous" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "boot" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "first_at" BIGINT,
    "last_at" BIGINT,
    "recorded_at" BIGINT NOT NULL,
    "thumbprint" TEXT NOT NULL,
    "calibration_number" TEXT NOT NULL,
    "transaction" TEXT NOT NULL,
    "block" BIGINT NOT NULL,

    CONSTRAINT "batch_pkey" PRIMARY KEY ("sensor","sequence")
);

-- CreateTable
CREATE TABLE "reading" (
    "sensor" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "index" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "standing" TEXT NOT NULL,
    "temperature" INTEGER NOT NULL,
    "humidity" INTEGER,
    "calibration" TEXT NOT NULL,
    "calibration_number" TEXT NOT NULL,
    "shipment" TEXT,

    CONSTRAINT "reading_pkey" PRIMARY KEY ("sensor","sequence","index")
);

-- CreateTable
CREATE TABLE "rollup" (
    "shipment" TEXT NOT NULL,
    "sensor" TEXT NOT NULL,
    "width" BIGINT NOT NULL,
    "bucket" BIGINT NOT NULL,
    "count" INTEGER NOT NULL,
    "first_at" BIGINT NOT NULL,
    "first" INTEGER NOT NULL,
    "min_at" BIGINT NOT NULL,
    "min" INTEGER NOT NULL,
    "max_at" BIGINT NOT NULL,
    "max" INTEGER NOT NULL,
    "last_at" BIGINT NOT NULL,
    "last" INTEGER NOT NULL,
    "humidity_min" INTEGER,
    "humidity_max" INTEGER,

    CONSTRAINT "rollup_pkey" PRIMARY KEY ("shipment","sensor","width","bucket")
);

-- CreateTable
CREATE TABLE "coverage" (
    "shipment" TEXT NOT NULL,
    "sensor" TEXT NOT NULL,
    "readings" INTEGER NOT NULL,
    "anchored" INTEGER NOT NULL,
    "claimed" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "imported" INTEGER NOT NULL,
    "calibrated" INTEGER NOT NULL,
    "before" INTEGER NOT NULL,
    "after" INTEGER NOT NULL,
    "outside_range" INTEGER NOT NULL,
    "ended_from" BIGINT,
    "first_at" BIGINT NOT NULL,
    "last_at" BIGINT NOT NULL,
    "lowest" INTEGER NOT NULL,
    "lowest_at" BIGINT NOT NULL,
    "highest" INTEGER NOT NULL,
    "highest_at" BIGINT NOT NULL,
    "last_temperature" INTEGER NOT NULL,
    "last_humidity" INTEGER,

    CONSTRAINT "coverage_pkey" PRIMARY KEY ("shipment","sensor")
);

-- CreateTable
CREATE TABLE "violation" (
    "shipment" TEXT NOT NULL,
    "sensor" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "severity" TEXT NOT NULL,
    "from" BIGINT NOT NULL,
    "found" BIGINT NOT NULL,
    "to" BIGINT,
    "readings" INTEGER NOT NULL,
    "peak" INTEGER NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "violation_pkey" PRIMARY KEY ("shipment","sensor","rule","number")
);

-- CreateTable
CREATE TABLE "gap" (
    "shipment" TEXT NOT NULL,
    "sensor" TEXT NOT NULL,
    "from" BIGINT NOT NULL,
    "to" BIGINT NOT NULL,
    "open" BOOLEAN NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "gap_pkey" PRIMARY KEY ("shipment","sensor","from")
);

-- CreateTable
CREATE TABLE "loss" (
    "sensor" TEXT NOT NULL,
    "from" BIGINT NOT NULL,
    "to" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "recorded_at" BIGINT NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "loss_pkey" PRIMARY KEY ("sensor","from")
);

-- CreateTable
CREATE TABLE "seal" (
    "shipment" TEXT NOT NULL,
    "seal" TEXT NOT NULL,
    "class" TEXT NOT NULL,
    "container" TEXT,
    "sensor" TEXT,
    "thumbprint" TEXT,
    "applied_at" BIGINT NOT NULL,
    "applied_by" TEXT NOT NULL,
    "standing" TEXT NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "seal_pkey" PRIMARY KEY ("shipment","seal")
);

-- CreateTable
CREATE TABLE "inspection" (
    "shipment" TEXT NOT NULL,
    "seal" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "result" TEXT NOT NULL,
    "checks" JSONB NOT NULL,
    "photo" TEXT,
    "note" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "by" TEXT NOT NULL,
    "organisation" TEXT NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "inspection_pkey" PRIMARY KEY ("shipment","seal","number")
);

-- CreateTable
CREATE TABLE "inspected_sensor" (
    "shipment" TEXT NOT NULL,
    "seal" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "sensor" TEXT NOT NULL,
    "thumbprint" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "recorded" BOOLEAN NOT NULL,

    CONSTRAINT "inspected_sensor_pkey" PRIMARY KEY ("shipment","seal","number","sensor")
);

-- CreateTable
CREATE TABLE "handover" (
    "transaction" TEXT NOT NULL,
    "shipment" TEXT NOT NULL,
    "giver" TEXT NOT NULL,
    "taker" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "arrival" BOOLEAN NOT NULL,
    "at" BIGINT NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "handover_pkey" PRIMARY KEY ("transaction")
);

-- CreateTable
CREATE TABLE "decision" (
    "transaction" TEXT NOT NULL,
    "shipment" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "by" TEXT NOT NULL,
    "organisation" TEXT NOT NULL,

    CONSTRAINT "decision_pkey" PRIMARY KEY ("transaction")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "block" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    "part" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "shipment" TEXT,
    "sensor" TEXT,
    "actor" TEXT NOT NULL,
    "organisation" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("block","position","part")
);

-- CreateTable
CREATE TABLE "user" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    "msp_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "common_name" TEXT NOT NULL,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "expires_at" TIMESTAMP(3) NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "thumbprint" TEXT NOT NULL DEFAULT '',
    "user_id" TEXT NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMP(3),
    "refresh_token_expires_at" TIMESTAMP(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMP(3) NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "last_request" BIGINT NOT NULL,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "transaction_function_block_idx" ON "transaction"("function", "block");

-- CreateIndex
CREATE UNIQUE INDEX "transaction_block_position_key" ON "transaction"("block", "position");

-- CreateIndex
CREATE INDEX "sensor_owner_idx" ON "sensor"("owner");

-- CreateIndex
CREATE INDEX "shipment_shipper_status_idx" ON "shipment"("shipper", "status");

-- CreateIndex
CREATE INDEX "shipment_recipient_status_idx" ON "shipment"("recipient", "status");

-- CreateIndex
CREATE INDEX "assignment_sensor_idx" ON "assignment"("sensor");

-- CreateIndex
CREATE INDEX "batch_transaction_idx" ON "batch"("transaction");

-- CreateIndex
CREATE INDEX "reading_shipment_sensor_at_idx" ON "reading"("shipment", "sensor", "at");

-- CreateIndex
CREATE INDEX "reading_sensor_at_idx" ON "reading"("sensor", "at");

-- CreateIndex
CREATE INDEX "violation_to_idx" ON "violation"("to");

-- CreateIndex
CREATE INDEX "handover_shipment_idx" ON "handover"("shipment");

-- CreateIndex
CREATE INDEX "decision_shipment_idx" ON "decision"("shipment");

-- CreateIndex
CREATE INDEX "audit_entry_shipment_at_idx" ON "audit_entry"("shipment", "at");

-- CreateIndex
CREATE INDEX "audit_entry_sensor_at_idx" ON "audit_entry"("sensor", "at");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "account_user_id_idx" ON "account"("user_id");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "rate_limit_key_key" ON "rate_limit"("key");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;


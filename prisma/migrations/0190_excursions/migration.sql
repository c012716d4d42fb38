-- Lot of the goods: time out of range adds up over all shipments of one.
ALTER TABLE "shipment" ADD COLUMN "lot" TEXT;
CREATE INDEX "shipment_shipper_lot_idx" ON "shipment" ("shipper", "lot");

-- What people do about one violation, as it stands.
CREATE TABLE "excursion" (
    "shipment" TEXT NOT NULL,
    "sensor" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "severity" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "opened_at" BIGINT NOT NULL,
    "since" BIGINT NOT NULL,
    "reopened" INTEGER NOT NULL,
    "assignee_organisation" TEXT,
    "assignee" TEXT,
    "log_length" INTEGER NOT NULL,
    "log_head" TEXT NOT NULL,

    CONSTRAINT "excursion_pkey" PRIMARY KEY ("shipment","sensor","rule","number")
);
CREATE INDEX "excursion_status_idx" ON "excursion" ("status");

-- One signed step; never updated.
CREATE TABLE "excursion_step" (
    "transaction" TEXT NOT NULL,
    "shipment" TEXT NOT NULL,
    "sensor" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "by" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "organisation" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "assignee_organisation" TEXT,
    "assignee" TEXT,
    "meaning" TEXT,

    CONSTRAINT "excursion_step_pkey" PRIMARY KEY ("transaction")
);
CREATE INDEX "excursion_step_shipment_sensor_rule_number_idx" ON "excursion_step" ("shipment", "sensor", "rule", "number");

-- A file that a step names by its hash.
CREATE TABLE "excursion_attachment" (
    "transaction" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "shipment" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "excursion_attachment_pkey" PRIMARY KEY ("transaction","index")
);
CREATE INDEX "excursion_attachment_shipment_hash_idx" ON "excursion_attachment" ("shipment", "hash");

-- The files themselves, kept by this site: not on the ledger and not projected.
CREATE TABLE "excursion_file" (
    "shipment" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "uploaded_by" TEXT NOT NULL,
    "msp_id" TEXT NOT NULL,
    "uploaded_at" BIGINT NOT NULL,

    CONSTRAINT "excursion_file_pkey" PRIMARY KEY ("shipment","hash")
);

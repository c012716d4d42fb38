-- CreateTable
CREATE TABLE "command" (
    "sensor" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "expires" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    "by" TEXT NOT NULL,
    "organisation" TEXT NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "command_pkey" PRIMARY KEY ("sensor", "counter")
);

-- CreateTable
CREATE TABLE "command_report" (
    "sensor" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "outcome" TEXT NOT NULL,
    "at" BIGINT,
    "recorded_at" BIGINT NOT NULL,
    "interval" BIGINT NOT NULL,
    "profile" TEXT,
    "measuring" BOOLEAN NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "command_report_pkey" PRIMARY KEY ("sensor", "counter")
);

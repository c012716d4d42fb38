-- CreateTable
CREATE TABLE "withheld" (
    "sensor" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "given" TEXT NOT NULL,
    "proxy" TEXT NOT NULL,
    "said" BOOLEAN NOT NULL,
    "at" BIGINT,
    "recorded_at" BIGINT NOT NULL,
    "transaction" TEXT NOT NULL,

    CONSTRAINT "withheld_pkey" PRIMARY KEY ("sensor", "sequence", "given")
);

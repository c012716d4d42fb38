-- CreateTable
CREATE TABLE "envelope" (
    "block" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "envelope_pkey" PRIMARY KEY ("block", "position")
);

-- CreateTable
CREATE TABLE "configuration" (
    "block" BIGINT NOT NULL,
    "metadata" BYTEA NOT NULL,

    CONSTRAINT "configuration_pkey" PRIMARY KEY ("block")
);

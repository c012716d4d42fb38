-- AlterTable
ALTER TABLE "checkpoint" ADD COLUMN "commits" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "checkpoint" ALTER COLUMN "commits" DROP DEFAULT;

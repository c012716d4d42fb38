-- An id can stand on the ledger twice: the second time as DUPLICATE_TXID.
ALTER TABLE "transaction" DROP CONSTRAINT "transaction_pkey";
DROP INDEX "transaction_block_position_key";
ALTER TABLE "transaction" ADD CONSTRAINT "transaction_pkey" PRIMARY KEY ("block", "position");

-- CreateIndex
CREATE INDEX "transaction_id_idx" ON "transaction"("id");

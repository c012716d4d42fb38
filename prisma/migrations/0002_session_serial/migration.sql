-- The certificate a session was opened with: a revocation list names serial numbers.
ALTER TABLE "session" ADD COLUMN "serial" TEXT NOT NULL DEFAULT '';

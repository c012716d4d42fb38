-- Serial number of the certificate with which the maker was signed in: a revoked person's tokens and links end with the person's sessions.
ALTER TABLE "api_token" ADD COLUMN "serial" TEXT NOT NULL DEFAULT '';
ALTER TABLE "share_link" ADD COLUMN "serial" TEXT NOT NULL DEFAULT '';

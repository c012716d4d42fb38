-- When the certificate that somebody signed in with last ends: the operators' page tells an organisation whose people must enrol anew.
ALTER TABLE "user" ADD COLUMN "certificate_ends" TIMESTAMP(3);

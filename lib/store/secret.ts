import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, readable; whoever holds it may, so only its hash is kept. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

/** SHA-256, hex. A secret of 256 random bits needs no slow hash. */
export const secretHash = (secret: string): string => createHash("sha256").update(secret).digest("hex");

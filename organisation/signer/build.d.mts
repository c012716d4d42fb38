/** Builds the signer's static page into a folder. */
export function buildSigner(outdir: string): Promise<void>;

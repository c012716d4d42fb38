/** The XML signature of a calibration certificate (XMLDSig, enveloped): what it covers, and by whose key. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { DOMParser } from "@xmldom/xmldom";
import { SignedXml } from "xml-crypto";
import { signaturesOf } from "./dcc";
import { below, find, type XmlElement } from "./xml";

export type SignatureFinding =
  /** Nothing vouches for the file but whoever hands it in. */
  | { readonly state: "none" }
  /** Signed by a method that is not checked here. */
  | { readonly state: "unchecked"; readonly reason: string }
  | { readonly state: "invalid"; readonly reason: string }
  /** The signature holds over the whole certificate. Whether the name in the key's certificate is the laboratory's, nobody here vouches for. */
  | { readonly state: "valid"; readonly signer: string; readonly issuer: string; readonly from: number; readonly to: number };

const METHODS = new Set([
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
  "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
]);
const DIGESTS = new Set(["http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmlenc#sha512"]);
const TRANSFORMS = new Set([
  "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
  "http://www.w3.org/2001/10/xml-exc-c14n#",
]);

export interface SignedText {
  readonly finding: SignatureFinding;
  /** What the signature covers, canonical: the only text to read facts from. The document itself where nothing is signed. */
  readonly text: string;
}

/** @param root of `text`, as `parseXml` read it (so it holds no DTD) */
export function checkSignature(text: string, root: XmlElement): SignedText {
  const signatures = signaturesOf(root);
  const [signature] = signatures;
  if (!signature) return { finding: { state: "none" }, text };
  const invalid = (reason: string): SignedText => ({ finding: { state: "invalid", reason }, text });
  if (signatures.length > 1) return { finding: { state: "unchecked", reason: "it holds several signatures" }, text };
  const foreign = foreignMethod(signature);
  if (foreign !== null) return { finding: { state: "unchecked", reason: foreign }, text };
  const whole = references(signature).findIndex(({ attributes }) => attributes.URI === "");
  if (whole < 0) return invalid("it does not cover the whole certificate");
  const certificate = certificateOf(signature);
  if (certificate === null) return { finding: { state: "unchecked", reason: "it carries no certificate of its key" }, text };
  const signed = verified(text, certificate);
  if (signed === null) return invalid("the file was changed after it was signed, or another key signed it");
  const covered = signed[whole];
  if (covered === undefined) return invalid("it does not cover the whole certificate");
  return {
    text: covered,
    finding: {
      state: "valid",
      signer: nameOf(certificate.subjectName, certificate.subject),
      issuer: nameOf(certificate.issuerName, certificate.issuer),
      from: certificate.notBefore.getTime(),
      to: certificate.notAfter.getTime(),
    },
  };
}

const references = (signature: XmlElement): XmlElement[] =>
  find(signature, "SignedInfo")?.children.filter(({ name }) => name === "Reference") ?? [];

/** Weak and unknown methods are not checked, and said so: a broken digest proves nothing. */
function foreignMethod(signature: XmlElement): string | null {
  const method = find(signature, "SignedInfo", "SignatureMethod")?.attributes.Algorithm ?? "";
  if (!METHODS.has(method)) return `its method is not checked here (${shortName(method)})`;
  for (const reference of references(signature)) {
    const digest = find(reference, "DigestMethod")?.attributes.Algorithm ?? "";
    if (!DIGESTS.has(digest)) return `its digest is not checked here (${shortName(digest)})`;
    for (const { name, attributes } of below(reference)) {
      if (name === "Transform" && !TRANSFORMS.has(attributes.Algorithm ?? ""))
        return "it transforms the file in a way that is not checked here";
    }
  }
  return null;
}

const shortName = (uri: string): string => (uri.split(/[#/]/).at(-1) ?? "").slice(0, 40) || "not named";

function certificateOf(signature: XmlElement): x509.X509Certificate | null {
  const text = find(signature, "KeyInfo", "X509Data", "X509Certificate")?.text.replace(/\s+/g, "");
  if (!text) return null;
  try {
    return new x509.X509Certificate(text);
  } catch {
    // The library throws whatever its ASN.1 reader meets; all of it means that there is no certificate.
    return null;
  }
}

/** What the references cover, in their order, when every digest and the signature hold; null when one does not. */
function verified(text: string, certificate: x509.X509Certificate): readonly string[] | null {
  try {
    const document = new DOMParser().parseFromString(text, "text/xml");
    const node = document.getElementsByTagNameNS("http://www.w3.org/2000/09/xmldsig#", "Signature")[0];
    if (!node) return null;
    const signed = new SignedXml({ publicCert: certificate.toString("pem"), getCertFromKeyInfo: () => null });
    signed.loadSignature(node as unknown as Node);
    return signed.checkSignature(text) ? signed.getSignedReferences() : null;
  } catch {
    // It throws for what it cannot verify, as it answers false for what does not verify.
    return null;
  }
}

const nameOf = (name: x509.Name, whole: string): string => name.getField("CN")[0] ?? whole;

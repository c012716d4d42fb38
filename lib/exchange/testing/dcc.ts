import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { SignedXml } from "xml-crypto";

interface Parts {
  readonly version?: string;
  readonly number?: string;
  readonly ended?: string;
  readonly statements?: string;
  readonly uncertainty?: string;
}

const UNCERTAINTY =
  "<si:expandedUncXMLList><si:uncertaintyXMLList>0.18</si:uncertaintyXMLList><si:coverageFactorXMLList>2</si:coverageFactorXMLList></si:expandedUncXMLList>";

const kelvin = (type: string, value: number) =>
  `<dcc:quantity refType="${type}"><si:real><si:value>${value}</si:value><si:unit>\\kelvin</si:unit></si:real></dcc:quantity>`;

const STATEMENTS = `
  <dcc:statement refType="basic_validityRange"><dcc:data>${kelvin("basic_validityRangeMin", 243.15)}${kelvin("basic_validityRangeMax", 323.15)}</dcc:data></dcc:statement>
  <dcc:statement refType="basic_conformity"><dcc:conformity>pass</dcc:conformity></dcc:statement>
  <dcc:statement refType="basic_recalibration"><dcc:date>2027-11-09</dcc:date>
    <dcc:respAuthority><dcc:name><dcc:content>Rheinhafen Pharma</dcc:content></dcc:name></dcc:respAuthority></dcc:statement>`;

const list = (type: string, values: string, unit: string, more = "") =>
  `<dcc:quantity refType="${type}"><si:realListXMLList><si:valueXMLList>${values}</si:valueXMLList><si:unitXMLList>${unit}</si:unitXMLList>${more}</si:realListXMLList></dcc:quantity>`;

/** A certificate like PTB's good practice, made up. */
export function certificateXml({
  version = "3.3.0",
  number = "KL-2026-11873",
  ended = "2026-11-09",
  statements = STATEMENTS,
  uncertainty = UNCERTAINTY,
}: Parts = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<dcc:digitalCalibrationCertificate xmlns:dcc="https://ptb.de/dcc" xmlns:si="https://ptb.de/si" schemaVersion="${version}">
<dcc:administrativeData><dcc:coreData><dcc:uniqueIdentifier>${number}</dcc:uniqueIdentifier>
<dcc:beginPerformanceDate>2026-11-06</dcc:beginPerformanceDate><dcc:endPerformanceDate>${ended}</dcc:endPerformanceDate></dcc:coreData>
<dcc:items><dcc:item><dcc:manufacturer><dcc:name><dcc:content>Polarlog</dcc:content></dcc:name></dcc:manufacturer><dcc:model>T2</dcc:model>
<dcc:identifications><dcc:identification><dcc:issuer>customer</dcc:issuer><dcc:value>shelf 3</dcc:value></dcc:identification>
<dcc:identification><dcc:issuer>manufacturer</dcc:issuer><dcc:value>0461</dcc:value></dcc:identification></dcc:identifications></dcc:item></dcc:items>
<dcc:calibrationLaboratory><dcc:contact><dcc:name><dcc:content lang="de">Messlabor Kander GmbH</dcc:content><dcc:content lang="en">Messlabor Kander</dcc:content></dcc:name></dcc:contact></dcc:calibrationLaboratory>
<dcc:statements>${statements}</dcc:statements></dcc:administrativeData>
<dcc:measurementResults><dcc:measurementResult><dcc:results><dcc:result><dcc:data><dcc:list>
${list("basic_referenceValue", "2.01 24.98", "\\degreecelsius")}${list("basic_measuredValue", "2.0 25.1", "\\degreecelsius")}
${list("basic_measurementError", "-0.01 0.12", "\\kelvin", uncertainty)}
</dcc:list></dcc:data></dcc:result></dcc:results></dcc:measurementResult></dcc:measurementResults></dcc:digitalCalibrationCertificate>`;
}

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };

/** Signs it as a laboratory would: enveloped, RSA with SHA-256, the certificate of the key inside. */
export async function signXml(xml: string, options: { readonly part?: boolean; readonly digest?: string } = {}): Promise<string> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const keys = await webcrypto.subtle.generateKey(RSA, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=Messlabor Kander",
    notBefore: new Date(Date.UTC(2026, 0, 1)),
    notAfter: new Date(Date.UTC(2030, 0, 1)),
    keys: keys as CryptoKeyPair,
    signingAlgorithm: RSA,
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const privateKey = `-----BEGIN PRIVATE KEY-----\n${key.replace(/(.{64})/g, "$1\n")}\n-----END PRIVATE KEY-----\n`;
  const signed = new SignedXml({
    privateKey,
    publicCert: certificate.toString("pem"),
    signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    canonicalizationAlgorithm: "http://www.w3.org/2001/10/xml-exc-c14n#",
  });
  signed.addReference({
    xpath: options.part ? "//*[local-name(.)='coreData']" : "/*",
    isEmptyUri: options.part !== true,
    digestAlgorithm: options.digest ?? "http://www.w3.org/2001/04/xmlenc#sha256",
    transforms: ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2001/10/xml-exc-c14n#"],
  });
  signed.computeSignature(xml);
  return signed.getSignedXml();
}

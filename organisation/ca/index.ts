/** The certificate authority as a library: what the supervisor, the seeder and tests call in process. */
export { CertificateAuthority } from "./authority";
export { createCode, type PersonGrant } from "./codes";
export { createRequest } from "./csr";
export { enrolPerson } from "./enrol";
export { issueIdentity, type MachineIdentity } from "./identity";
export { initialise } from "./init";
export type { IdentityType, Issuer } from "./issuer";
export { openIssuer } from "./open";
export type { OrganisationProfile } from "./profile";
export { checkSensor, issueSensor, type SensorSettings } from "./sensors";

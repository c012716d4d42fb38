import { utf8 } from "../bytes";

/**
 * Text that payloads of this contract are made of: what a first payload is copied from while there is no other. Part of the compact form's
 * version: a change here is a new version byte.
 */
export const COMMON = utf8(
  [
    "\x12;\n\n_lifecycle\x12-\n+\n%namespaces/fields/winterseal/Sequence\x12\x02\x08\x01\x12",
    "\n\nwinterseal\x12\n\x13\n\rhead~sensor~\x12\x02\x08\x1a\x19batch~",
    '\x1a{"at":17,"count":1,"hash":"","kind":"readings","log":"","previous":"","sensor":"","sequence":,"transaction":""}\x1a',
    '{"assignments":{"":{"at":17,"rules":{}}},"at":17,"boot":"","hash":"","log":"","lostBatches":0,"sequence":,"standing":"anchored","tick":}\x12',
    '\n\nwinterseal\x12@\x1a\rBatchRecorded"{"count":1,"gaps":[],"hash":"","kind":"readings","sensor":"","sequence":,"violations":[]}\x1a',
    '{"hash":"","result":"recorded","sensor":"","sequence":}"\x0f\x12\nwinterseal\x1a\x011.0',
    '{"answer":{"doubtfulSince":null,"hash":"","sensor":"","sequence":,"status":"active","thumbprint":""},"domain":"winterseal/attested-read/1","nonce":"",',
    '"question":{"kind":"sensor","sensor":""}}{"answer":{"hash":"","kind":"readings","previous":"","sensor":"","sequence":,"transaction":""},"domain":',
    '"question":{"kind":"batch","sensor":"","sequence":}}',
  ].join(""),
);

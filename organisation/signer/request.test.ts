import { describe, expect, it } from "vitest";
import { createRequest } from "../ca";
import { readRequest } from "../ca/request";
import { newKeys, thumbprint } from "../testing/organisation";
import { makeKey, makeRequest, requestThumbprint } from "./request";

describe("a request made in the browser", () => {
  it("is what the certificate authority reads, with proof of the key", async () => {
    const keys = await makeKey();
    const read = await readRequest(await makeRequest("lena", keys));
    expect(read.commonName).toBe("lena");
    expect(read.thumbprint).toBe(await thumbprint(keys));
  });

  it("has a key that cannot be taken out", async () => {
    const keys = await makeKey();
    await expect(crypto.subtle.exportKey("pkcs8", keys.privateKey)).rejects.toThrow();
  });

  it("carries long names", async () => {
    const name = "n".repeat(200);
    expect((await readRequest(await makeRequest(name, await makeKey()))).commonName).toBe(name);
  });
});

describe("requestThumbprint", () => {
  it("finds the key of a request that another library made", async () => {
    const keys = await newKeys();
    expect(requestThumbprint(await createRequest("ws-1", keys))).toBe(await thumbprint(keys));
  });

  it.each([
    ["nothing", "", "REQUEST_INVALID"],
    ["another PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "REQUEST_INVALID"],
    ["a request without a P-256 key", "-----BEGIN CERTIFICATE REQUEST-----\nMIHzMIGb\n-----END CERTIFICATE REQUEST-----", "KEY_UNSUITABLE"],
  ])("refuses %s", (_what, pem, code) => {
    expect(() => requestThumbprint(pem)).toThrow(expect.objectContaining({ code }));
  });
});

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { seal, unseal } from "./sealed";
import { isPublic, post, publicLookup, webhookUrl } from "./webhook";

const refusal = (text: string, allowed: readonly string[] = []) => {
  try {
    webhookUrl(text, allowed);
    return null;
  } catch (error) {
    return error;
  }
};

describe("a webhook's address", () => {
  it.each([
    "http://example.com/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fd00::1]/",
    "https://[2002:a00:1::]/",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/",
    "https://broker/",
    "https://db.internal/",
    "https://user:pass@example.com/",
    "ftp://example.com/",
    "javascript:alert(1)",
    "example.com",
    "",
    `https://example.com/${"x".repeat(600)}`,
  ])("is refused with its field: %s", (text) => {
    expect(refusal(text)).toMatchObject({ code: "ARGUMENT_INVALID", facts: { field: "url" } });
  });

  it("may be a public one, or a private one that is configured with its port", () => {
    expect(refusal("https://hooks.example.com:8443/a?b=c")).toBeNull();
    expect(refusal("http://127.0.0.1:9000/", ["127.0.0.1:9000"])).toBeNull();
    expect(refusal("http://127.0.0.1:9001/", ["127.0.0.1:9000"])).not.toBeNull();
  });

  it("is judged by every address that its name has, when it is connected to", async () => {
    expect(["8.8.8.8", "172.15.0.1", "2606:4700::1111"].map(isPublic)).toEqual([true, true, true]);
    expect(["172.31.0.1", "100.64.0.1", "0.0.0.0", "255.255.255.255", "::", "fe80::1", "64:ff9b::a00:1", "nonsense"].some(isPublic)).toBe(
      false,
    );
    // A name that the check of the address lets pass and that resolves to loopback.
    const error = await new Promise((resolve) => publicLookup("localhost", {}, (found) => resolve(found)));
    expect(error).toMatchObject({ code: "EPRIVATE" });
  });

  it("is not connected to when it is private, even if the check was passed earlier", async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const call = { secret: "s", id: "1", body: "{}", allowed: [] };
    await expect(async () => post({ ...call, url: `https://127.0.0.1:${port}/` })).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await post({ ...call, url: `http://127.0.0.1:${port}/`, allowed: [`127.0.0.1:${port}`] });
    expect(asked).toBe(1);
    server.close();
  });
});

describe("a sealed secret", () => {
  it("opens for its person and with its key only", () => {
    const sealed = seal("whsec", "lena", "k".repeat(40));
    expect(unseal(sealed, "lena", "k".repeat(40))).toBe("whsec");
    expect(() => unseal(sealed, "mira", "k".repeat(40))).toThrow();
    expect(() => unseal(sealed, "lena", "j".repeat(40))).toThrow();
    expect(seal("whsec", "lena", "k".repeat(40))).not.toBe(sealed);
  });
});

/** Enrolling this browser: a code from the organisation, a key that is made here and stays here. */
import { readCertificate } from "../../../device/ts/certificate";
import { WintersealError } from "../../../lib/messages/errors";
import { enrol } from "../../ca/client";
import { makeKey, makeRequest, requestThumbprint } from "../request";
import type { SignerNetwork } from "../signer-network";
import { h, heading, show } from "./dom";
import { wordsOf } from "./failures";
import { keep, type StoredIdentity } from "./keystore";
import { canLock, lockKey } from "./passkey";

/** Shows the form; resolves when this browser has an identity. */
export function showEnrolment(network: SignerNetwork, reason?: string, code = ""): Promise<StoredIdentity> {
  return new Promise((resolve) => {
    const input = h("input", {
      id: "code",
      name: "code",
      autocomplete: "one-time-code",
      autocapitalize: "characters",
      spellcheck: "false",
      placeholder: "XXXX-XXXX-XXXX",
      maxlength: "20",
      required: true,
      value: code,
      "aria-describedby": "code-error",
    });
    const lock = h("input", { id: "lock", type: "checkbox" });
    const error = h("p", { id: "code-error", class: "error", role: "alert" });
    const submit = h("button", { class: "btn primary", type: "submit" }, "Enrol this browser");
    const fail = (text: string) => {
      error.textContent = text;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    };
    const run = async () => {
      submit.disabled = true;
      submit.textContent = "Making your key…";
      try {
        resolve(await enrolHere(input.value, lock.checked));
      } catch (cause) {
        fail(wordsOf(cause));
        submit.disabled = false;
        submit.textContent = "Enrol this browser";
      }
    };
    const form = h(
      "form",
      {
        class: "stack",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          if (input.value.trim() === "") fail("Type the code that your organisation gave you.");
          else run().catch((cause: unknown) => fail(wordsOf(cause)));
        },
      },
      h(
        "div",
        {},
        heading("Enrol this browser"),
        h("p", { class: "lead" }, reason ?? `Once, with a code from ${network.organisation.name}.`),
      ),
      h(
        "div",
        { class: "card stack" },
        h("div", { class: "field" }, h("label", { for: "code" }, "One-time code"), input, error),
        h(
          "p",
          { class: "quiet" },
          "Your key is made in this browser and cannot be taken out of it, not even by this page. ",
          "The code says who you are and works once. It never comes from the website, and you never type it there.",
        ),
        canLock()
          ? h("label", { class: "check", for: lock.id }, lock, "Lock the key with a passkey: finger, face or PIN each time you sign")
          : null,
        submit,
      ),
    );
    show(form);
    input.focus();
  });
}

async function enrolHere(code: string, isLocked: boolean): Promise<StoredIdentity> {
  const keys = await makeKey(isLocked);
  // Before the code is used: a passkey that cannot be made costs nothing.
  const secured = isLocked ? { lock: await lockKey(keys.privateKey, location.host) } : { key: keys.privateKey };
  let thumbprint = "";
  const { certificate, person } = await enrol("/ca", code, async (commonName) => {
    const csr = await makeRequest(commonName, keys);
    thumbprint = requestThumbprint(csr);
    return csr;
  });
  if (readCertificate(certificate).thumbprint !== thumbprint) throw new WintersealError("KEY_MISMATCH");
  const identity: StoredIdentity = { ...person, certificate, ...secured, enrolledAt: Date.now(), usedAt: 0 };
  await navigator.storage?.persist?.();
  await keep(identity);
  return identity;
}

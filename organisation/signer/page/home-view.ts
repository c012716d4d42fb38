/** What somebody sees who opens the signer by hand: which keys are here, and how to add or remove one. */
import { readCertificate } from "../../../device/ts/certificate";
import type { SignerNetwork } from "../signer-network";
import { fingerprint, moment, roleWords } from "../words";
import { h, heading, icon, row, rows, show } from "./dom";
import type { StoredIdentity } from "./keystore";

export interface HomeActions {
  enrol(): void;
  forget(commonName: string): void;
  people(identity: StoredIdentity): void;
}

export function showHome(network: SignerNetwork, identities: readonly StoredIdentity[], actions: HomeActions): void {
  show(
    h(
      "div",
      { class: "stack" },
      h(
        "div",
        {},
        heading("This browser can sign"),
        h(
          "p",
          { class: "lead" },
          `For ${network.organisation.name}. A website that needs your signature opens this page and shows you here what you sign.`,
        ),
      ),
      ...identities.map((identity) => card(identity, actions)),
      h("button", { class: "btn plain", type: "button", onclick: actions.enrol }, "Enrol another person"),
    ),
  );
}

function card(identity: StoredIdentity, actions: HomeActions): HTMLElement {
  const { notAfter, thumbprint } = readCertificate(identity.certificate);
  const words = { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const isEnded = notAfter < Date.now();
  const remove = h("button", { class: "btn plain", type: "button", onclick: () => confirm() }, "Remove from this browser");
  const confirm = () => {
    if (remove.dataset.asked === undefined) {
      remove.dataset.asked = "";
      remove.textContent = "Remove for good? You will need a new code";
      return;
    }
    actions.forget(identity.commonName);
  };
  return h(
    "section",
    { class: "card flush", "aria-label": identity.name },
    h("div", { class: "as" }, icon("key"), h("div", {}, h("b", {}, identity.name), roleWords(identity.role))),
    rows([
      row("Name on the ledger", identity.commonName),
      row(isEnded ? "Ended" : "Valid until", moment(notAfter, words)),
      row("Key", fingerprint(thumbprint), {
        isCode: true,
        note: identity.lock
          ? "Made here; locked by a passkey, which asks you at each signature."
          : "Made here; it cannot leave this browser. Whoever can open this browser can sign.",
      }),
      row("Last used", identity.usedAt === 0 ? "never" : moment(identity.usedAt, words)),
    ]),
    h(
      "div",
      { class: "as" },
      identity.administrator && !isEnded
        ? h("button", { class: "btn plain", type: "button", onclick: () => actions.people(identity) }, "Invite people")
        : null,
      remove,
    ),
  );
}

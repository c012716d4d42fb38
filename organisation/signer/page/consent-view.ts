/** Asking the person: what will be signed, as whom, and two answers. Nothing is chosen in advance and nothing is signed without a press. */
import { FUNCTIONS, type FunctionName } from "../../../lib/messages/functions";
import { organisationKind } from "../../../lib/messages/names";
import type { SignerNetwork } from "../signer-network";
import { roleWords } from "../words";
import { h, heading, icon, rows, show } from "./dom";
import type { StoredIdentity } from "./keystore";

export interface Question {
  readonly title: string;
  readonly lead: string;
  readonly fields: readonly HTMLElement[];
  /** Label of the button that agrees. */
  readonly agree: string;
  /** Why this identity cannot agree; undefined when it can. */
  readonly obstacle?: (identity: StoredIdentity) => string | undefined;
}

/** A press that was meant for the page before must not agree here. */
const ARM_MS = 600;

/** Resolves with the identity that the person agreed to sign with, or undefined when the person declined. */
export function ask(
  question: Question,
  identities: readonly StoredIdentity[],
  network: SignerNetwork,
): Promise<StoredIdentity | undefined> {
  return new Promise((resolve) => {
    let chosen = identities[0];
    let isArmed = false;
    const agree = h("button", { class: "btn primary", type: "button", disabled: true, onclick: () => resolve(chosen) }, question.agree);
    const obstacle = h("p", { class: "note is-warning", role: "status", hidden: true });
    const update = () => {
      const text = chosen === undefined ? "No identity is enrolled." : question.obstacle?.(chosen);
      obstacle.hidden = text === undefined;
      obstacle.textContent = text ?? "";
      agree.disabled = !isArmed || text !== undefined;
    };
    const choose = (commonName: string) => {
      chosen = identities.find((identity) => identity.commonName === commonName);
      update();
    };
    show(
      h(
        "div",
        { class: "stack" },
        h("div", {}, heading(question.title), h("p", { class: "lead" }, question.lead)),
        h("div", { class: "card flush" }, rows(question.fields), signingAs(identities, network, choose)),
        obstacle,
      ),
      h("div", { class: "gap" }),
      h(
        "div",
        { class: "actions pair" },
        h("button", { class: "btn", type: "button", onclick: () => resolve(undefined) }, "Cancel"),
        agree,
      ),
    );
    update();
    setTimeout(() => {
      isArmed = true;
      update();
    }, ARM_MS);
  });
}

function signingAs(identities: readonly StoredIdentity[], network: SignerNetwork, choose: (commonName: string) => void): HTMLElement {
  const [only, ...others] = identities;
  if (only !== undefined && others.length === 0) {
    const who = h("div", {}, h("b", {}, only.name), `${roleWords(only.role)}, ${network.organisation.name}`);
    return h("div", { class: "as sunken" }, icon("key"), who);
  }
  const options = identities.map(({ commonName, name, role }) => h("option", { value: commonName }, `${name}, ${roleWords(role)}`));
  const select = h("select", { "aria-label": "Sign as", onchange: () => choose(select.value) }, ...options);
  return h("div", { class: "as sunken" }, icon("key"), h("div", {}, h("b", {}, "Sign as")), select);
}

/** Whether the ledger's access table lets this identity call a function; the contract decides again. */
export function accessObstacle(network: SignerNetwork, name: FunctionName): (identity: StoredIdentity) => string | undefined {
  const kind = organisationKind(network.organisation.mspId);
  return ({ role, name: person }) =>
    FUNCTIONS[name].permitted.some((row) => row.kind === kind && row.role === role)
      ? undefined
      : `As ${roleWords(role).toLowerCase()} of ${network.organisation.name}, ${person} may not do this: the ledger would refuse.`;
}

/** Where an administrator invites people: what is asked is signed here, answered by the organisation's own authority. */
import { utf8 } from "../../../device/ts/bytes";
import { WintersealError } from "../../../lib/messages/errors";
import { INVITATION_DAYS, type InvitationAction } from "../../../lib/messages/invitations";
import { askInvitations, type InvitedPerson } from "../../ca/client";
import type { SignerNetwork } from "../signer-network";
import { moment, roleWords } from "../words";
import { h, heading, row, rows, show } from "./dom";
import { wordsOf } from "./failures";
import { identitySigner } from "./identity-signer";
import type { StoredIdentity } from "./keystore";

const STATES = {
  open: "Open, good until",
  used: "Used; the code ended",
  ended: "Not used; ended",
  withdrawn: "Withdrawn; would have ended",
} as const;

/** Shows the people view; resolves when the administrator goes back. */
export async function showPeople(network: SignerNetwork, identity: StoredIdentity): Promise<void> {
  const signer = identitySigner(identity, network.organisation.mspId);
  const ask = (action: InvitationAction) =>
    askInvitations("/ca", { organisation: network.organisation.id, certificate: identity.certificate, action }, (text) =>
      signer.sign(utf8(text)),
    );
  const { invitations } = await ask({ do: "list" });
  return new Promise((resolve) => render(network, ask, invitations, resolve));
}

type Ask = (action: InvitationAction) => ReturnType<typeof askInvitations>;

function render(network: SignerNetwork, ask: Ask, invitations: readonly InvitedPerson[], back: () => void): void {
  const made = h("div", { role: "status" });
  const list = h("div", { class: "stack" });
  const refresh = (people: readonly InvitedPerson[]) => list.replaceChildren(...people.map((person) => invitedCard(person, ask, refresh)));
  refresh(invitations);
  show(
    h(
      "div",
      { class: "stack" },
      h(
        "div",
        {},
        heading("Invite people"),
        h(
          "p",
          { class: "lead" },
          `Into ${network.organisation.name}. Who somebody is, is what you write here: the website has no say in it.`,
        ),
      ),
      inviteForm(network, ask, (people, code) => {
        refresh(people);
        made.replaceChildren(code === undefined ? "" : codeCard(code));
      }),
      made,
      h("h2", {}, invitations.length === 0 ? "Nobody was invited yet" : "Invited so far, newest first"),
      list,
      h("button", { class: "btn plain", type: "button", onclick: back }, "Back"),
    ),
  );
}

function inviteForm(
  network: SignerNetwork,
  ask: Ask,
  done: (people: readonly InvitedPerson[], code: string | undefined) => void,
): HTMLElement {
  const text = (id: string, more: Record<string, string>) =>
    h("input", {
      id,
      name: id,
      class: "plain-text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "invite-error",
      ...more,
    });
  const name = text("person-name", { maxlength: "64" });
  const login = text("person-login", { maxlength: "32", autocapitalize: "none" });
  const days = text("person-days", { inputmode: "numeric", maxlength: "2", value: "2" });
  const role = h(
    "select",
    { id: "person-role" },
    h("option", { value: "own" }, `Acts for ${network.organisation.name}`),
    h("option", { value: "auditor" }, "Auditor: reads everything, changes nothing"),
  );
  const administrator = h("input", { id: "person-administrator", type: "checkbox" });
  const error = h("p", { id: "invite-error", class: "error", role: "alert" });
  const submit = h("button", { class: "btn primary", type: "submit" }, "Sign and make the code");
  const fields: Readonly<Record<string, HTMLElement>> = { name, login, days, administrator };
  const fail = (cause: unknown) => {
    error.textContent = wordsOf(cause);
    const field = cause instanceof WintersealError ? fields[String(cause.facts.field ?? "")] : undefined;
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  };
  const run = async () => {
    submit.disabled = true;
    error.textContent = "";
    for (const field of Object.values(fields)) field.removeAttribute("aria-invalid");
    try {
      const count = /^\d{1,2}$/.test(days.value.trim()) ? Number(days.value) : 0;
      if (count < INVITATION_DAYS.least || count > INVITATION_DAYS.most)
        throw new WintersealError("ARGUMENT_INVALID", `${INVITATION_DAYS.least} to ${INVITATION_DAYS.most} days`, { field: "days" });
      const { invitations, code } = await ask({
        do: "invite",
        name: name.value,
        login: login.value.trim(),
        role: role.value === "auditor" ? "auditor" : "own",
        administrator: administrator.checked,
        days: count,
      });
      done(invitations, code);
      name.value = "";
      login.value = "";
    } finally {
      submit.disabled = false;
    }
  };
  const labelled = (label: string, control: HTMLElement) => h("div", { class: "field" }, h("label", { for: control.id }, label), control);
  return h(
    "form",
    {
      class: "card stack",
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        run().catch(fail);
      },
    },
    labelled("Name, as it will stand beside what they sign", name),
    labelled(`Short name, before @${network.organisation.id}`, login),
    labelled("Role", role),
    labelled(`Days that the code is good for, ${INVITATION_DAYS.least} to ${INVITATION_DAYS.most}`, days),
    h("label", { class: "check", for: administrator.id }, administrator, "May invite people too"),
    error,
    submit,
  );
}

function codeCard(code: string): HTMLElement {
  return h(
    "div",
    { class: "card stack" },
    h("h2", {}, "The code. It is shown this once."),
    h("p", { class: "secret" }, code),
    h(
      "p",
      { class: "quiet" },
      "Or this link, which fills it in. Give either to that person alone: whoever has it first is enrolled under the name above.",
    ),
    h("p", { class: "secret" }, `${location.origin}/#code=${code}`),
  );
}

function invitedCard(person: InvitedPerson, ask: Ask, refresh: (people: readonly InvitedPerson[]) => void): HTMLElement {
  const words = { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const error = h("p", { class: "error", role: "alert" });
  const withdraw = h(
    "button",
    {
      class: "btn plain",
      type: "button",
      onclick: () => {
        withdraw.disabled = true;
        ask({ do: "withdraw", id: person.id })
          .then(({ invitations }) => refresh(invitations))
          .catch((cause: unknown) => {
            error.textContent = wordsOf(cause);
            withdraw.disabled = false;
          });
      },
    },
    "Withdraw the code",
  );
  // No section: one person can have several codes, and landmarks need names of their own.
  return h(
    "article",
    { class: "card flush", "aria-label": person.name },
    rows([
      row("Person", person.name, { note: person.login }),
      row("Role", roleWords(person.role), person.administrator ? { note: "May invite people" } : {}),
      row("Code", `${STATES[person.state]} ${moment(person.expires, words)}`),
      row("Invited", moment(person.at, words), { note: `by ${person.by}` }),
    ]),
    person.state === "open" ? h("div", { class: "as" }, withdraw, error) : null,
  );
}

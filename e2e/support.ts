/** What the browser tests of the whole product share: the stack that global-setup started, its people, and a real sensor. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";
import type { LightClient } from "../device/ts/client";
import { parseResult } from "../device/ts/client";
import { MqttLink } from "../device/ts/link-mqtt-node";
import { batchHash, encodeBatch, encodeMoment, FIRST_PREVIOUS, type TickReading } from "../lib/domain/batch";
import { bytesToHex } from "../lib/domain/bytes";
import { readNetwork } from "../lib/fabric/network";
import type { BatchResult } from "../lib/messages/functions";
import type { Network } from "../lib/messages/network";
import { openClient } from "../start/importer/client";
import { type Endpoints, type Layout, layoutOf } from "../start/layout";
import { type Invitation, invitePeople } from "../start/people";
import { pressLast } from "./press";

interface Started {
  readonly origin: string;
  readonly display: string;
  readonly people: readonly Invitation[];
}

export type Role = "shipper" | "recipient" | "authority" | "auditor";

export function started(): Started {
  const line = process.env.WINTERSEAL_STARTED;
  if (!line) throw new Error("global-setup has started nothing: run the browser tests with npm run browser");
  return (JSON.parse(line) as { started: Started }).started;
}

export const layout = (): Layout => layoutOf(process.env.WINTERSEAL_E2E_DATA ?? "");
export const endpoints = (): Endpoints => JSON.parse(readFileSync(layout().endpoints, "utf8")) as Endpoints;
export const network = (): Promise<Network> => readNetwork(layout().network);

/** A person's browser, signed in: the key stays in it, so one context serves all of a person's tests. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
}

const people = new Map<Role, Promise<Person>>();

/** Enrols and signs in a person once per run: a code works once. */
export function personOf(role: Role, browser: Browser): Promise<Person> {
  const known = people.get(role) ?? enrolAndSignIn(role, browser);
  people.set(role, known);
  return known;
}

async function enrolAndSignIn(role: Role, browser: Browser): Promise<Person> {
  const { origin, people: printed } = started();
  // After a failed test another process goes on, whose browsers hold no keys: the codes that the stack printed are used by then.
  const isFirst = process.env.TEST_WORKER_INDEX === "0";
  const invited = isFirst ? printed : await invitePeople(layout(), () => "");
  const person = invited.find((one) => one.role === role);
  if (!person) throw new Error(`nobody has the role ${role}`);
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto("/");
  await expect(page).toHaveURL(/sign-in/);
  const popup = page.waitForEvent("popup");
  await page.getByRole("button", { name: person.organisation }).click();
  const signer = await popup;
  await signer.getByLabel("One-time code").fill(person.code);
  await signer.getByRole("button", { name: "Enrol this browser" }).click();
  await pressLast(signer, "Sign in");
  await expect(page).not.toHaveURL(/sign-in/);
  return { context, page };
}

/** Presses a button that asks the signer, reads there what is signed, and agrees. */
export async function signs(page: Page, press: () => Promise<void>, shows: readonly (string | RegExp)[]): Promise<void> {
  const popup = page.waitForEvent("popup");
  await press();
  const signer = await popup;
  for (const text of shows) await expect(signer.getByText(text).first()).toBeVisible();
  await signer.getByRole("button", { name: "Sign and send" }).click();
}

/** A sensor with an identity on disk that delivers by hand, batch by batch, over MQTT. */
export class HandSensor {
  #sequence = 0;
  #previous: Uint8Array = FIRST_PREVIOUS;
  readonly #boot = crypto.getRandomValues(new Uint8Array(8));
  readonly #begun = Date.now() - 3_600_000;

  private constructor(
    readonly id: string,
    readonly client: LightClient,
    readonly link: MqttLink,
  ) {}

  /** @param folder holds `cert.pem` and `key.pem` */
  static async open(id: string, folder: string): Promise<HandSensor> {
    const read = (file: string) => readFileSync(file, "utf8");
    const link = new MqttLink({
      url: endpoints().mqttUrl,
      id,
      ca: read(join(layout().data, "network/operator/root.pem")),
      certificate: read(join(folder, "cert.pem")),
      key: read(join(folder, "key.pem")),
    });
    return new HandSensor(id, await openClient({ mspId: "AuthorityMSP", folder }, await network(), link), link);
  }

  /** What its own display would show. */
  get display(): string {
    return `${this.#sequence} ${bytesToHex(this.#previous)}`;
  }

  /** Measures now and waits until it is committed. milli-°C */
  async deliver(...temperatures: number[]): Promise<void> {
    const tick = Date.now() - this.#begun;
    const readings: TickReading[] = temperatures.map((temperature, index) => ({
      tick: tick - (temperatures.length - 1 - index) * 1_000,
      temperature,
      humidity: 500,
    }));
    const bytes = encodeBatch({
      kind: "readings",
      sequence: this.#sequence + 1,
      previous: this.#previous,
      boot: this.#boot,
      readings,
      clock: null,
    });
    const args = [bytes, encodeMoment({ boot: this.#boot, tick })];
    await this.client.transact("batch:Record", args, (result) => parseResult(result) as BatchResult);
    this.#sequence++;
    this.#previous = batchHash(this.id, bytes);
  }

  close(): Promise<void> {
    return this.link.close();
  }
}

/** Whether a person's certificate still stands, asked of the organisation's own revocation list. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type ListedOrganisation, RevocationLists } from "../access/revocation";
import { networkSchema } from "../messages/network";
import type { Deliverer } from "./deliver";

/** @param networkFile path of network.json; read at the first question */
export function certificatesStand(networkFile: string, lists = new RevocationLists()): Deliverer["stands"] {
  let reading: Promise<readonly ListedOrganisation[]> | undefined;
  return async (mspId, serial) => {
    reading ??= read(networkFile).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    const organisation = (await reading).find((it) => it.mspId === mspId);
    return organisation !== undefined && serial !== "" && !(await lists.isRevoked(organisation, serial));
  };
}

async function read(file: string): Promise<readonly ListedOrganisation[]> {
  const { organisations } = networkSchema.parse(JSON.parse(await readFile(file, "utf8")));
  return Promise.all(
    organisations.map(async ({ id, mspId, root, ca }): Promise<ListedOrganisation> => {
      const pem = await readFile(resolve(dirname(file), root), "utf8");
      return { id, mspId, root: pem, ...(ca === undefined ? {} : { ca }) };
    }),
  );
}

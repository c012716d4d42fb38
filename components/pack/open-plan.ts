/** What the plan named and nobody has signed yet; it travels in the address, so a reload loses nothing. */
export interface OpenPlan {
  readonly sensors: readonly { readonly sensor: string; readonly place: string }[];
  readonly seal: { readonly seal: string; readonly class: string } | null;
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

const list = (value: Query[string]): readonly string[] => (value === undefined ? [] : typeof value === "string" ? [value] : value);

/** Splits `first:rest` at the first colon. */
function split(text: string): readonly [string, string] {
  const cut = text.indexOf(":");
  return cut < 0 ? [text, ""] : [text.slice(0, cut), text.slice(cut + 1)];
}

/** Reads the address that `packAddress` of the plan wrote. */
export function readOpenPlan(query: Query): OpenPlan {
  const [seal] = list(query.seal);
  const [sealClass, number] = split(seal ?? "");
  return {
    sensors: list(query.sensor).map((text) => {
      const [sensor, place] = split(text);
      return { sensor, place };
    }),
    seal: number === "" ? null : { seal: number, class: sealClass },
  };
}

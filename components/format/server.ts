import { cookies } from "next/headers";
import { cache } from "react";
import { type Preferences, parsePreferences } from "./preferences";

/** The reader's preferences and the moment of this rendering, once per request. Server components only. */
export const reader = cache(async (): Promise<Preferences & { readonly now: number }> => {
  const jar = await cookies();
  return { ...parsePreferences((name) => jar.get(name)?.value), now: Date.now() };
});

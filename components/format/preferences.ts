import type { TemperatureUnit } from "./temperature";
import { isZone } from "./time";

/** How one reader wants to see things. Kept in cookies, so that the server already renders it so and nothing jumps. */
export interface Preferences {
  readonly unit: TemperatureUnit;
  /** IANA zone; "UTC" until the browser has told its own. */
  readonly zone: string;
  /** False until the browser has told its zone. */
  readonly zoneKnown: boolean;
  readonly theme: "system" | "light" | "dark";
}

export const COOKIES = { unit: "ws-unit", zone: "ws-zone", theme: "ws-theme" } as const;

/** @param cookie value of a cookie by name, or undefined */
export function parsePreferences(cookie: (name: string) => string | undefined): Preferences {
  const zone = decodeURIComponent(cookie(COOKIES.zone) ?? "");
  const zoneKnown = zone !== "" && isZone(zone);
  const theme = cookie(COOKIES.theme);
  return {
    unit: cookie(COOKIES.unit) === "F" ? "F" : "C",
    zone: zoneKnown ? zone : "UTC",
    zoneKnown,
    theme: theme === "light" || theme === "dark" ? theme : "system",
  };
}

/** Keeps one preference for a year. Browser only. */
export function keepPreference(name: keyof typeof COOKIES, value: string): void {
  // The Cookie Store API is not in every browser we support.
  // biome-ignore lint/suspicious/noDocumentCookie: see above
  document.cookie = `${COOKIES[name]}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
}

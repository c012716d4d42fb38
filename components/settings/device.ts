/** What a browser calls itself, in words that its owner knows it by; a guess, and shown as one. */
export function deviceOf(userAgent: string): string {
  const browser = BROWSERS.find(([, sign]) => userAgent.includes(sign))?.[0] ?? "A browser";
  const system = SYSTEMS.find(([, sign]) => userAgent.includes(sign))?.[0];
  return system === undefined ? browser : `${browser} on ${system}`;
}

/** The first that fits: most browsers also name those that they descend from. */
const BROWSERS = [
  ["Edge", "Edg/"],
  ["Opera", "OPR/"],
  ["Samsung Internet", "SamsungBrowser/"],
  ["Firefox", "Firefox/"],
  ["Firefox", "FxiOS/"],
  ["Chrome", "CriOS/"],
  ["Chrome", "Chrome/"],
  ["Safari", "Safari/"],
] as const;

const SYSTEMS = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["macOS", "Mac OS X"],
  ["ChromeOS", "CrOS"],
  ["Linux", "Linux"],
] as const;

"use client";

import { keepPreference } from "@/components/format/preferences";
import { IconButton } from "@/components/ui/button";

/** Light or dark, kept for this browser; until it is used the system decides. */
export function ThemeSwitch({ className = "" }: { readonly className?: string }) {
  return <IconButton icon="theme" label="Switch between light and dark" className={className} onClick={switchTheme} />;
}

function switchTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const next = dark ? "light" : "dark";
  root.dataset.theme = next;
  keepPreference("theme", next);
}

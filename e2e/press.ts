import type { Page } from "@playwright/test";

/**
 * Presses a button whose window may close at once. A click of the browser's driver waits for its own end inside that window and fails
 * when the window is gone first; so the button is found and ready, and pressed a moment after the driver has let go.
 */
export async function pressLast(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  await button.click({ trial: true });
  await button.evaluate((element) => {
    setTimeout(() => (element as HTMLButtonElement).click(), 50);
  });
}

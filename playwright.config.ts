import { defineConfig, devices } from "@playwright/test";

const chromium = process.env.WINTERSEAL_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/global-setup.ts",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  // One stack on two cores: specs share it and run one after another.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  use: {
    baseURL: process.env.WINTERSEAL_ORIGIN ?? `http://localhost:${process.env.WINTERSEAL_TEST_PORT ?? 4300}`,
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desk", use: { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 } } },
    {
      name: "hand",
      use: { ...devices["Desktop Chrome"], viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
      grep: /@hand/,
    },
  ],
});

import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/dist/**", "e2e/**", ".next/**", ".winterseal/**"];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["**/*.test.{ts,tsx}"], exclude: [...exclude, "**/*.int.test.ts"], testTimeout: 20_000 } },
      {
        test: {
          name: "integration",
          include: ["**/*.int.test.ts"],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ["./scripts/integration-setup.ts", "./lib/store/testing-setup.ts"],
        },
      },
    ],
  },
});

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/dist/**", "e2e/**", ".next/**", ".winterseal/**"];

/** `@/` as in tsconfig: components and pages use it. */
const resolve = { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } };

export default defineConfig({
  test: {
    projects: [
      { resolve, test: { name: "unit", include: ["**/*.test.{ts,tsx}"], exclude: [...exclude, "**/*.int.test.ts"], testTimeout: 20_000 } },
      {
        resolve,
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

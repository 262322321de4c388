// Unit tests: plain Node, beside the code they test; the whole app is tested in e2e/ by Playwright.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["electron/**/*.test.ts", "renderer/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "bench/**/*.test.ts"],
    environment: "node",
    pool: "forks",
    restoreMocks: true,
    passWithNoTests: false,
  },
});

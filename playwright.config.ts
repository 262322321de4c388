// End-to-end tests: the real built app, the real starter model, one after the other. `npm run test:e2e`.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  // `npm run screenshots` makes the pictures of the documentation instead.
  testMatch: process.env["FACET_SCREENSHOTS"] ? "screenshots.ts" : "*.spec.ts",
  outputDir: "test-results",
  globalSetup: "./e2e/globalSetup.ts",
  // One app at a time: two would fight for the same cores, and every figure would be noise.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  forbidOnly: Boolean(process.env["CI"]),
});

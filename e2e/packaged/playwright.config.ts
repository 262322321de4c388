// Tests of the finished package in out/, which `npm run package` made: `npm run test:package`.
import { defineConfig } from "@playwright/test";
import app from "../../playwright.config";

export default defineConfig({
  ...app,
  testDir: ".",
  testMatch: "*.check.ts",
  outputDir: "../../test-results/packaged",
  globalSetup: "../globalSetup.ts",
});

// Unit tests: plain Node, beside the code they test; the whole app is tested in e2e/ by Playwright.
import { defineConfig } from "vitest/config";

const withModels = "electron/**/*.model.test.ts";

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    restoreMocks: true,
    passWithNoTests: false,
    // Generous: a test that hangs fails all the same, and a busy machine is not a defect.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "electron/**/*.test.ts",
            "renderer/**/*.test.{ts,tsx}",
            "scripts/**/*.test.ts",
            "bench/**/*.test.ts",
          ],
          exclude: [withModels],
          // Vitest keeps one core for itself, which is half of a machine with two; these tests wait more than they compute.
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // Whole runs of the fuzzer.
        test: { name: "slow", include: ["fuzz/**/*.test.ts"], sequence: { groupOrder: 2 } },
      },
      {
        extends: true,
        // One evaluation at a time, and nothing beside it: ggml's threads spin, and what is tested is how soon things stop.
        test: { name: "models", include: [withModels], fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});

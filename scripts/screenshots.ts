// `npm run screenshots`: the pictures in docs/screenshots, from the running app (e2e/screenshots.ts).
import { spawnSync } from "node:child_process";

const { status } = spawnSync(process.execPath, ["node_modules/@playwright/test/cli.js", "test"], {
  stdio: "inherit",
  env: { ...process.env, FACET_SCREENSHOTS: "1" },
});
process.exitCode = status ?? 1;

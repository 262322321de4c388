// Runs once before the end-to-end tests: makes sure of runtime, build and display, and says which Electron it is.
import { setUp } from "../scripts/setUp";
import { hasDisplay, startVirtualDisplay } from "../scripts/virtualDisplay";

/** Playwright asks for a default export here. */
// oxlint-disable-next-line import/no-default-export
export default async function globalSetup(): Promise<(() => void) | undefined> {
  // Skips all that `npm test` has done already; here for `npx playwright test` on its own.
  const runtime = await setUp();
  process.env["FACET_E2E_ELECTRON"] = runtime.distPath;
  console.log(`End-to-end tests run on Electron ${runtime.version} (${runtime.source})`);
  if (hasDisplay()) return undefined;
  const { display, stop } = await startVirtualDisplay();
  console.log(`on a virtual display, ${display}`);
  return stop;
}

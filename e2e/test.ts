// The test function of the end-to-end tests: hands out running apps, fails on what they complained about, keeps evidence of failures.
import { rm } from "node:fs/promises";
import { expect, test as base } from "@playwright/test";
import { FacetApp, type LaunchOptions } from "./FacetApp";

interface Fixtures {
  /** Starts an app; all that a test started are closed at its end. */
  launch: (options?: LaunchOptions) => Promise<FacetApp>;
  /** Says which complaints a test provokes on purpose. */
  allowProblems: (pattern: RegExp) => void;
}

export const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture names from this pattern.
  allowProblems: async ({}, use, testInfo) => {
    const patterns: RegExp[] = [];
    allowed.set(testInfo.testId, patterns);
    await use((pattern) => patterns.push(pattern));
  },
  launch: async ({ allowProblems: _ready }, use, testInfo) => {
    const apps: FacetApp[] = [];
    await use(async (options) => {
      const app = await FacetApp.launch(options);
      apps.push(app);
      return app;
    });
    const failed = testInfo.status !== testInfo.expectedStatus;
    for (const [index, app] of apps.entries()) {
      if (failed) await keepEvidence(app, testInfo.outputPath(`app-${index + 1}`));
      await app.close();
    }
    const patterns = allowed.get(testInfo.testId) ?? [];
    const problems = apps
      .flatMap((app) => app.problems)
      .filter(({ text }) => !patterns.some((pattern) => pattern.test(text)));
    for (const { dataFolder } of apps) await rm(dataFolder, { recursive: true, force: true });
    if (problems.length > 0) {
      throw new Error(`The app complained:\n${problems.map(({ where, text }) => `  ${where}: ${text}`).join("\n")}`);
    }
  },
});

/**
 * One app for all tests of a block, where a start for each would prove nothing more. They see what those before them left.
 * `provoked`: complaints that the tests expect.
 */
export function sharedApp(options: () => LaunchOptions, provoked = /^$/): () => FacetApp {
  let app: FacetApp;
  const complaints = () => app.problems.filter(({ text }) => !provoked.test(text));
  base.beforeAll(async () => {
    app = await FacetApp.launch(options());
  });
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture names from this pattern.
  base.afterEach(async ({}, testInfo) => {
    if (testInfo.status !== testInfo.expectedStatus) await keepEvidence(app, testInfo.outputPath("app"));
    expect(complaints()).toEqual([]);
  });
  base.afterAll(async () => {
    await app.close();
    await rm(app.dataFolder, { recursive: true, force: true });
    expect(complaints()).toEqual([]);
  });
  return () => app;
}

export { expect };

const allowed = new Map<string, RegExp[]>();

/** A picture, the trace for `npx playwright show-trace`, and what was on screen in words. */
async function keepEvidence(app: FacetApp, prefix: string): Promise<void> {
  if (app.isClosed) return;
  // An app that hangs must not hide the failure that is being reported.
  await app.window.screenshot({ path: `${prefix}.png`, timeout: 5_000 }).catch(() => undefined);
  await app.electron
    .context()
    .tracing.stop({ path: `${prefix}-trace.zip` })
    .catch(() => undefined);
}

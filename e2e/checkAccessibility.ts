// axe on what is on screen: no violation of level serious or critical.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** `screen`: its name, for the failure. */
export async function checkAccessibility(page: Page, screen: string): Promise<void> {
  // Legacy mode: Electron cannot open the extra page that axe wants otherwise.
  const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(passes.length, `axe looked at ${screen}`).toBeGreaterThan(5);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(
    serious.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.target.join(" ")} — ${node.any[0]?.message ?? node.failureSummary ?? ""}`).join(" | ")}`,
    ),
    screen,
  ).toEqual([]);
}

export async function checkInBothThemes(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    await checkAccessibility(page, `${colorScheme}: ${screen}`);
  }
}

/** Nothing has to be scrolled sideways; wide tables scroll in themselves. */
export async function expectNoOverflow(page: Page): Promise<void> {
  expect(await page.getByRole("main").evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0);
}

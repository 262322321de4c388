// axe on what is on screen: no violation of level serious or critical.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** `screen`: its name, for the failure. */
export async function checkAccessibility(page: Page, screen: string): Promise<void> {
  // Legacy mode: Electron cannot open the extra page that axe wants otherwise.
  const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(passes.length, `axe looked at ${screen}`).toBeGreaterThan(5);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(" ")} — ${node.any[0]?.message ?? node.failureSummary ?? ""}`).join(" | ")}`), screen).toEqual([]);
}

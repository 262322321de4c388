// Discover in the real app: the hand-picked models, search with its filters by keyboard, and hostile model cards.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { tinyModelBytes } from "../electron/testing/tinyGguf";
import { Catalogue } from "../electron/contract/hub";
import { licenceTitle } from "../electron/words/modelTitle";
import { hostilePayloads } from "./hostilePayloads";
import { HubServer } from "./hub/HubServer";
import { expect, test } from "./test";
import { watchOutside } from "./watchOutside";

const NO_NETWORK = { HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" };

let hub: HubServer;
test.beforeEach(async () => {
  hub = await HubServer.start();
});
test.afterEach(() => hub.stop());

const file = (name: string) => ({
  path: `${name}-Q4_0.gguf`,
  content: Buffer.from(tinyModelBytes({ seed: name.length })),
});

test("hand-picked models for every machine, and a search with its filters, by keyboard alone", async ({ launch }) => {
  const catalogue = Catalogue.parse(JSON.parse(await readFile("resources/catalogue.json", "utf8")));
  // Those whose files are asked for answer as the hub would.
  for (const { repository, licence } of catalogue.models) hub.add({ id: repository, files: [file("picked")], licence });
  for (let index = 0; index < 45; index++) {
    const billions = [0.5, 4, 14, 70][index % 4] ?? 0;
    hub.add({
      id: `maker/Found-${index}-${billions}B${index % 3 === 0 ? "-Qwen3" : ""}`,
      files: [file("found")],
      downloads: 1000 - index,
      gguf: { total: billions * 1e9, architecture: index % 3 === 0 ? "qwen3" : "llama", context_length: 8192 },
    });
  }
  const app = await launch({ starterModel: false, env: { ...NO_NETWORK, FACET_HUB_ENDPOINT: hub.endpoint } });
  const page = app.window;
  await page.getByRole("button", { name: "Models", exact: true }).click({ timeout: 60_000 });
  const picked = page.getByRole("article");
  await expect(picked).toHaveCount(catalogue.models.length);
  expect(catalogue.models.length).toBeGreaterThanOrEqual(12);
  for (const { name, licence } of catalogue.models) {
    await expect(
      page.getByRole("article").filter({ has: page.getByRole("button", { name, exact: true }) }),
      name,
    ).toContainText(licenceTitle(licence));
  }

  await page.getByRole("searchbox").focus();
  await page.keyboard.type("found");
  await page.keyboard.press("Enter");
  const found = page.getByRole("list", { name: "Models found" }).getByRole("article");
  await expect(found).toHaveCount(30);
  await page.getByRole("combobox", { name: "Size" }).focus();
  await page.keyboard.type("2B");
  await expect(found).toHaveCount(11);
  await expect(found.first()).toContainText("4B");
  expect(hub.requests.findLast(({ path }) => path === "/api/models")?.query).toContain(
    "num_parameters=min%3A2B%2Cmax%3A9B",
  );
  await page.getByRole("combobox", { name: "Family" }).selectOption("qwen3");
  await expect(found).toHaveCount(3);
  await page.getByRole("combobox", { name: "Sort by" }).focus();
  await page.keyboard.type("Most");
  await expect(found.first()).toContainText("Found 9");
  await page.getByRole("combobox", { name: "Size" }).selectOption("any");
  await page.getByRole("combobox", { name: "Family" }).selectOption("");
  await expect(found).toHaveCount(30);
  await page.getByRole("button", { name: "Show more" }).press("Enter");
  await expect(found).toHaveCount(45);
  await page.getByRole("searchbox").focus();
  await page.keyboard.press("Escape");
  await expect(picked).toHaveCount(catalogue.models.length);
});

test("hand-picked models say how they run here, before and after their files are read", async ({ launch }) => {
  const catalogue = Catalogue.parse(JSON.parse(await readFile("resources/catalogue.json", "utf8")));
  const [small] = catalogue.models;
  if (small === undefined) throw new Error("no models");
  hub.add({
    id: small.repository,
    files: small.variants.map(({ quantization }, index) => ({
      path: `Small-${quantization}.gguf`,
      content: Buffer.from(tinyModelBytes({ seed: index })),
    })),
    licence: small.licence,
  });
  const app = await launch({
    starterModel: false,
    env: { ...NO_NETWORK, FACET_HUB_ENDPOINT: hub.endpoint, FACET_MEMORY_LIMIT: "6000000000" },
  });
  const page = app.window;
  await page.getByRole("button", { name: "Models", exact: true }).click({ timeout: 60_000 });
  // The test of this computer runs once; then each model's speed is known from its size alone.
  await expect(page.getByText("Speeds are estimates")).toBeVisible({ timeout: 120_000 });
  const well = page.getByRole("region", { name: "Runs well here" });
  const row = well.getByRole("article").filter({ has: page.getByRole("button", { name: small.name, exact: true }) });
  await expect(row).toContainText(/Runs well, about \d+ tokens\/s/u, { timeout: 60_000 });
  const largest = page.getByRole("article").filter({ hasText: "Llama 3.3 70B" });
  await expect(largest).toContainText("Too large");

  const groups = await page
    .getByRole("region")
    .filter({ has: page.getByRole("article") })
    .allTextContents();
  expect(groups.at(-1)).toContain("Llama 3.3 70B");
  await page.getByRole("checkbox", { name: "Fits only" }).press("Space");
  await expect(largest).toHaveCount(0);
  await expect(row).toHaveCount(1);
  await expect(page.getByText(/models are too large and not shown/u)).toBeVisible();
  await page.getByRole("checkbox", { name: "Fits only" }).press("Space");
  await expect(largest).toHaveCount(1);

  // A click opens the numbers and keeps them; Escape closes them; the keyboard does the same.
  const verdict = row.getByRole("button", { name: /Runs well/u });
  const numbers = page.locator("[data-radix-popper-content-wrapper]").filter({ hasText: "Free for a model" });
  await verdict.click();
  await page.mouse.move(5, 5);
  await expect(numbers).toBeVisible();
  await expect(verdict).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("Escape");
  await expect(numbers).toHaveCount(0);
  await verdict.click();
  await verdict.click();
  await page.mouse.move(5, 5);
  await expect(numbers).toHaveCount(0);

  await row.getByRole("button", { name: /^Download/u }).press("Enter");
  await expect(row.getByRole("button", { name: /^Load/u })).toBeVisible({ timeout: 60_000 });

  // Kept over a restart, and measured again only when asked for.
  expect(JSON.parse(await readFile(path.join(app.dataFolder, "machine-speed.json"), "utf8"))).toMatchObject({
    version: 1,
  });
});

test("a hostile model card runs nothing, loads nothing and leads nowhere", async ({ launch }) => {
  const reached: string[] = [];
  const server = createServer((request, answer) => {
    reached.push(request.url ?? "");
    answer.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  hub.add({
    id: "maker/Hostile-GGUF",
    files: [file("hostile")],
    readme: `---\nlicense: mit\nbase_model: "<script>window.hostile='front matter'</script>"\n---\n# Hostile card\n\n${hostilePayloads(
      here,
    )
      .filter((payload) => payload.length < 50_000)
      .join("\n\n")}\n\nThe end.`,
    baseModel: "<img src=x onerror=\"window.hostile='base model'\">",
    licence: "<b>mit</b>",
  });
  const app = await launch({ starterModel: false, env: { ...NO_NETWORK, FACET_HUB_ENDPOINT: hub.endpoint } });
  const page = app.window;
  const outside = await watchOutside(app);
  await page.getByRole("button", { name: "Models", exact: true }).click({ timeout: 60_000 });
  const search = page.getByRole("searchbox");
  await search.fill("maker/Hostile-GGUF");
  await search.press("Enter");
  const card = page.getByRole("region", { name: "Model card" });
  await expect(card).toContainText("Hostile card");
  await expect(card).toContainText("The end.");
  const startUrl = page.url();
  for (const link of await card.locator("a, [role=link]").all())
    await link.click({ timeout: 2000 }).catch(() => undefined);
  expect(await page.evaluate(() => Reflect.get(window, "hostile"))).toBeUndefined();
  expect(page.url()).toBe(startUrl);
  expect(
    await page.evaluate(
      () =>
        document.querySelectorAll("iframe, object, embed, video, audio, form, base, main script, img[src^='http']")
          .length,
    ),
  ).toBe(0);
  const seen = await outside();
  expect(seen.requests).toEqual([]);
  expect(seen.opened).toEqual([]);
  expect(seen.asked.filter((question) => /javascript:|data:|vbscript:|file:|ms-settings:/iu.test(question))).toEqual(
    [],
  );
  expect(reached).toEqual([]);
  server.close();
});

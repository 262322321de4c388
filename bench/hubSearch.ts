// A search at a local hub with a thousand repositories, in the real app: from the window's question to the window's answer.
import { rm } from "node:fs/promises";
import { FacetApp } from "../e2e/FacetApp";
import { HubServer } from "../e2e/hub/HubServer";
import { list, median, type Figures } from "./figures";

const REPOSITORIES = 1000;
const SEARCHES = 30;

export async function hubSearch(): Promise<Figures> {
  const hub = await HubServer.start();
  for (let index = 0; index < REPOSITORIES; index++) {
    hub.add({
      id: `maker/Model-${index}-GGUF`,
      files: [{ path: "model-Q4_0.gguf", content: Buffer.from("GGUF") }],
      downloads: index,
      gguf: { total: 8e9, architecture: "llama", context_length: 8192 },
    });
  }
  const app = await FacetApp.launch({
    starterModel: false,
    env: { FACET_HUB_ENDPOINT: hub.endpoint, HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" },
    trace: false,
  });
  await app.window.getByRole("button", { name: "Try again" }).waitFor({ timeout: 60_000 });
  const times = await app.window.evaluate(async (count) => {
    const taken: number[] = [];
    for (let index = 0; index <= count; index++) {
      const startedMs = performance.now();
      const page = await window.facet.call["hub.search"]({
        text: `model ${index % 10}`,
        sort: "downloads",
        family: null,
        cursor: null,
      });
      if (!page.ok || page.value.models.length === 0) throw new Error("nothing found");
      taken.push(performance.now() - startedMs);
    }
    return taken;
  }, SEARCHES);
  await app.close();
  await hub.stop();
  await rm(app.dataFolder, { recursive: true, force: true });
  // The first opens the connection and the network's own process.
  const [first, ...others] = times;
  console.log(
    `  first ${first?.toFixed(0)} ms; then ${list(others.toSorted((a, b) => a - b).slice(0, 3), 1)} … ${list(others.toSorted((a, b) => a - b).slice(-3), 1)} ms`,
  );
  return { "hub.search_ms": median(others) };
}

// A verdict on a model at a local hub, in the real app: bytes of its header that are fetched, and the time with a fit process that has yet to start.
import { readFile, rm } from "node:fs/promises";
import { FacetApp } from "../e2e/FacetApp";
import { HubServer } from "../e2e/hub/HubServer";
import { sha256 } from "../e2e/hub/hubRepository";
import { starterModelPath } from "../e2e/starterModelFile";
import { list, median, type Figures } from "./figures";

const RUNS = 5;
const FILE = "Model-Q4_1.gguf";

export async function fit(): Promise<Figures> {
  const content = await readFile(starterModelPath());
  // Another model by its hash, so that nothing known of the first is of use.
  const otherContent = Buffer.concat([content, Buffer.alloc(32)]);
  const cold: number[] = [];
  const warm: number[] = [];
  let bytes = 0;
  for (let run = 0; run < RUNS; run++) {
    const hub = await HubServer.start();
    const offer = (id: string, model: Buffer) => {
      const repository = hub.add({ id, files: [{ path: FILE, content: model }] });
      return {
        kind: "hub",
        repository: repository.id,
        revision: repository.revision,
        files: [{ path: FILE, sizeBytes: model.length, sha256: sha256(model) }],
      };
    };
    const [first, second] = [offer("maker/Model-GGUF", content), offer("maker/Other-GGUF", otherContent)];
    const app = await FacetApp.launch({
      starterModel: false,
      env: { FACET_HUB_ENDPOINT: hub.endpoint, HF_ENDPOINT: "http://127.0.0.1:9", PIP_NO_INDEX: "1" },
      trace: false,
    });
    await app.window.getByRole("button", { name: "Try again" }).waitFor({ timeout: 60_000 });
    const judge = (wanted: unknown) =>
      app.window.evaluate(async (asked) => {
        const startedMs = performance.now();
        const judged = await window.facet.call["fit.judge"]({
          source: asked as never,
          contextSizeTokens: 8192,
          kvCacheType: "f16",
        });
        if (!judged.ok || judged.value.parts === null) throw new Error("no verdict");
        return performance.now() - startedMs;
      }, wanted);
    cold.push(await judge(first));
    bytes = hub.bytesSent(FILE);
    warm.push(await judge(second));
    await app.close();
    await hub.stop();
    await rm(app.dataFolder, { recursive: true, force: true });
  }
  console.log(
    `  with a new process ${list(cold, 0)} ms; with one that runs, as after the Models page was opened, ${list(warm, 0)} ms; ${bytes} bytes fetched`,
  );
  return { "fit.bytes": bytes, "fit.ms": median(cold) };
}

// `npm run check-catalogue`: asks the hub for every hand-picked model (resources/catalogue.json) and prints a line for each; ends with 1
// when something in one is not so. HF_ENDPOINT names a mirror.
import { hubAddress, DEFAULT_ENDPOINT } from "../electron/core/hub/hubAddress";
import { HubClient } from "../electron/core/hub/HubClient";
import { readCatalogue } from "../electron/core/hub/catalogue";
import { fetchHttp } from "../electron/core/hub/fetchHttp";
import { catalogueFaults } from "./catalogueFaults";
import { exitWith, StepError } from "./step";

async function checkCatalogue(): Promise<void> {
  const address = hubAddress(process.env["HF_ENDPOINT"] || DEFAULT_ENDPOINT);
  if (!address.ok) throw new StepError("HF_ENDPOINT is no address of a hub.");
  const client = new HubClient({
    http: fetchHttp(fetch),
    address: address.value,
    token: async () => process.env["HF_TOKEN"] ?? null,
  });
  const models = await readCatalogue("resources/catalogue.json");
  let wrong = 0;
  for (const model of models) {
    const faults = await catalogueFaults(model, client, new AbortController().signal);
    if (faults.length > 0) wrong++;
    console.log(
      `${faults.length === 0 ? "✓" : "✗"} ${model.repository}${faults.length === 0 ? "" : `: ${faults.join("; ")}`}`,
    );
  }
  console.log(`${models.length - wrong} of ${models.length} are as the catalogue says.`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

await checkCatalogue().catch(exitWith);

// A process of its own that asks a hub as commands do, and says whether a search and the contents of a file came: for what Node reads when it
// starts. Arguments: the endpoint, the file's identity as JSON.
import { hubAddress } from "../core/hub/hubAddress";
import { HubClient } from "../core/hub/HubClient";
import { HubFileSource, type HubFileIdentity } from "../core/hub/HubFileSource";
import { socketHttp } from "../core/hub/socketHttp";
import { nodeNetwork } from "../hosts/node/nodeNetwork";

const [endpoint = "", file = ""] = process.argv.slice(2);
const address = hubAddress(endpoint);
if (!address.ok) throw new Error("the endpoint is refused");
const { http, setProxy } = nodeNetwork();
await setProxy(null);
const client = new HubClient({ http, contentHttp: socketHttp(http), address: address.value, token: async () => null });
const never = new AbortController().signal;
const found = await client.search(
  { of: "models", text: "", sort: "downloads", family: null, parameters: null, cursor: null },
  never,
);
const opened = await new HubFileSource(client, JSON.parse(file) as HubFileIdentity).open(0, 10, never);
const said = [found, opened].map((outcome) => (outcome.ok ? "ok" : outcome.failure.code));
process.stdout.write(said.join(" "), () => process.exit(0));

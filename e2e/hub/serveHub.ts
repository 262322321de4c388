// The test hub as a process of its own, with one large model: for measuring, and to try the app by hand.
// `node scripts/run.mjs e2e/hub/serveHub.ts [megabytes] [megabytes per second]` prints one line of JSON, then serves until it is killed.
import { HubServer } from "./HubServer";
import { seededBytes, sha256 } from "./hubRepository";

const [megabytes = 256, megabytesPerSecond = 0] = process.argv.slice(2).map(Number);
const block = seededBytes(1024 * 1024, 1);
const content = Buffer.concat(Array.from({ length: megabytes }, () => block));
const hub = await HubServer.start();
hub.bytesPerSecond = megabytesPerSecond > 0 ? megabytesPerSecond * 1_000_000 : null;
const repository = hub.add({ id: "maker/Large-GGUF", files: [{ path: "large-Q4_0.gguf", content }] });
console.log(
  JSON.stringify({
    endpoint: hub.endpoint,
    contentUrl: `${hub.contentOrigin}/repos/maker/Large-GGUF/large-Q4_0.gguf`,
    repository: repository.id,
    revision: repository.revision,
    path: "large-Q4_0.gguf",
    sizeBytes: content.length,
    sha256: sha256(content),
  }),
);

// A process of its own that downloads one thing with the app's queue and says when it is ready; pauses when it is told anything; made to be killed.
import { writeSync } from "node:fs";
import { DownloadRequest } from "../../electron/contract/downloads";
import { DownloadQueue } from "../../electron/core/downloads/DownloadQueue";
import { fetchHttp } from "../../electron/core/hub/fetchHttp";
import type { Http } from "../../electron/core/hub/http";
import { hubAddress } from "../../electron/core/hub/hubAddress";
import { HubClient } from "../../electron/core/hub/HubClient";
import { HubFileSource } from "../../electron/core/hub/HubFileSource";
import { socketHttp } from "../../electron/core/hub/socketHttp";

const [endpoint = "", modelsFolder = "", request = "", chunkBytes = ""] = process.argv.slice(2);
const address = hubAddress(endpoint);
if (!address.ok) throw new Error("the endpoint is refused");
const http = fetchHttp(fetch);
const client = new HubClient({
  http,
  contentHttp: reporting(socketHttp(http)),
  address: address.value,
  token: async () => null,
});
let isPausing = false;
const queue = new DownloadQueue({
  modelsFolder,
  endpoint,
  openSource: (file) => new HubFileSource(client, file),
  onChange: ({ state }) => {
    if (isPausing) return;
    if (state.kind === "failed" || state.kind === "paused") finish(`failed ${JSON.stringify(state.failure)}`);
  },
  onRemoved: () => undefined,
  onReady: ({ files }) => finish(`ready ${files[0]?.path}`),
  onProblem: (error) => console.error(error),
  reserveBytes: 0,
  chunkBytes: Number(chunkBytes),
});

/**
 * Says at once what was received: "got <from> <bytes>". What the hub has sent is not the same; some MB may
 * wait in the system's buffers, which no downloader can save from a kill.
 */
function reporting(inner: Http): Http {
  return async (request) => {
    const response = await inner(request);
    let position = Number(/^bytes=(\d+)-/u.exec(request.headers["range"] ?? "")?.[1] ?? 0);
    return {
      ...response,
      readBody: (sink) =>
        response.readBody({
          room: () => sink.room(),
          took(lengthBytes) {
            writeSync(1, `got ${position} ${lengthBytes}\n`);
            position += lengthBytes;
            return sink.took(lengthBytes);
          },
        }),
    };
  };
}

function finish(line: string): void {
  process.stdout.write(`${line}\n`, () => process.exit(0));
}

process.stdin.once("data", () => {
  isPausing = true;
  for (const { id } of queue.list()) void queue.pause(id).then(() => writeSync(1, "paused\n"));
});
await queue.start();
const added = await queue.add(DownloadRequest.parse(JSON.parse(request)));
if (!added.ok) finish(`failed ${JSON.stringify(added.failure)}`);

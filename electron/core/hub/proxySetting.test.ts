// Proxies with a name and password: taken apart, answered, and told when they are refused.
import { createServer } from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import { nodeNetwork } from "../../hosts/node/nodeNetwork";
import { hubAddress } from "./hubAddress";
import { HubClient } from "./HubClient";
import { proxySetting } from "./proxySetting";

const never = new AbortController().signal;

it.each<[string, ReturnType<typeof proxySetting>]>([
  ["http://proxy.example:3128", { server: "http://proxy.example:3128", login: null }],
  [
    "http://ann:p%40ss%20w@proxy.example:3128/",
    { server: "http://proxy.example:3128", login: { user: "ann", password: "p@ss w" } },
  ],
  ["socks5://ann@[::1]:1080", { server: "socks5://[::1]:1080", login: { user: "ann", password: "" } }],
  ["proxy.example:3128", null],
  ["ftp://proxy.example", null],
  ["http://proxy.example/path", null],
  ["http://a%zz:b@proxy.example", null],
])("%s", (text, setting) => {
  expect(proxySetting(text)).toEqual(setting);
});

let hub: HubServer;
let proxy: ReturnType<typeof createServer>;
let asked: string[];
beforeEach(async () => {
  hub = await HubServer.start();
  asked = [];
  const expected = `Basic ${Buffer.from("ann:p@ss w").toString("base64")}`;
  proxy = createServer();
  proxy.on("connect", (request, socket: net.Socket, head: Buffer) => {
    asked.push(request.headers["proxy-authorization"] ?? "");
    if (request.headers["proxy-authorization"] !== expected)
      return void socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n',
      );
    const { hostname, port } = new URL(`http://${request.url}`);
    const beyond = net.connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      beyond.write(head);
      socket.pipe(beyond).pipe(socket);
    });
    beyond.on("error", () => socket.destroy());
    socket.on("error", () => beyond.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await hub.stop();
  proxy.closeAllConnections();
  proxy.close();
});

async function search(login: string) {
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("refused");
  const { http, setProxy } = nodeNetwork();
  const setting = proxySetting(`http://${login}127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  await setProxy(setting);
  const client = new HubClient({
    http,
    address: address.value,
    token: async () => null,
    backOff: { firstMs: 1, maxMs: 2 },
  });
  return client.search(
    { of: "models", text: "", sort: "downloads", family: null, parameters: null, cursor: null },
    never,
  );
}

it("plain Node goes through a proxy that wants a name and password", async () => {
  expect(await search("ann:p%40ss%20w@")).toMatchObject({ ok: true });
  expect(asked).toHaveLength(1);
});

it("a wrong password is called that, and not a lost network", async () => {
  expect(await search("ann:wrong@")).toMatchObject({ ok: false, failure: { code: "hub-proxy-refused" } });
  expect(await search("")).toMatchObject({ ok: false, failure: { code: "hub-proxy-refused" } });
});

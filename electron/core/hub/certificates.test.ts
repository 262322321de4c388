// A network that inspects TLS: its certificate is taken where the system trusts it, and called a certificate where not; never "offline".
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { HubServer } from "../../../e2e/hub/HubServer";
import { seededBytes, sha256 } from "../../../e2e/hub/hubRepository";
import { ownAuthority, type OwnAuthority } from "../../../e2e/hub/ownAuthority";
import { Revision, Sha256, RepositoryName, type HubQuery } from "../../contract/hub";
import { BoundedBody } from "./BoundedBody";
import { isCertificateError, trustingAs } from "./certificates";
import { fetchHttp } from "./fetchHttp";
import type { Http } from "./http";
import { hubAddress } from "./hubAddress";
import { HubClient } from "./HubClient";
import { HubFileSource } from "./HubFileSource";
import { pour } from "./pour";
import { socketHttp } from "./socketHttp";

const QUERY: HubQuery = { of: "models", text: "", sort: "downloads", family: null, parameters: null, cursor: null };
const never = new AbortController().signal;
const content = seededBytes(300_000, 3);

let authority: OwnAuthority | null;
let hub: HubServer;
let folder: string;
beforeAll(() => {
  authority = ownAuthority();
  folder = mkdtempSync(path.join(tmpdir(), "facet-certificates-"));
  if (authority !== null) writeFileSync(path.join(folder, "authority.pem"), authority.certificate);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async ({ skip }) => {
  if (authority === null) return skip("no openssl to make a certificate with");
  hub = await HubServer.start(authority);
});
afterEach(() => hub?.stop());

function clientOf(http: Http, contentHttp: Http): HubClient {
  const address = hubAddress(hub.endpoint);
  if (!address.ok) throw new Error("the test hub's address is refused");
  return new HubClient({ http, contentHttp, address: address.value, token: async () => null });
}

function addModel() {
  const repository = hub.add({ id: "maker/Model-GGUF", files: [{ path: "model-Q4_0.gguf", content }] });
  return {
    repository: RepositoryName.parse(repository.id),
    revision: Revision.parse(repository.revision),
    path: "model-Q4_0.gguf",
    sizeBytes: content.length,
    sha256: Sha256.parse(sha256(content)),
  };
}

/** As Chromium's: trusts the authority, as if it were among the system's. */
const trusting: Http = ({ url, headers, signal }) =>
  new Promise((resolve, reject) => {
    const request = httpsRequest(url, { headers, signal, ca: authority?.certificate }, (response) =>
      resolve({
        status: response.statusCode ?? 0,
        header: (name) => [response.headers[name.toLowerCase()]].flat().join(", ") || null,
        async readBody(sink) {
          for await (const piece of Readable.from(response)) if (piece instanceof Uint8Array) await pour(piece, sink);
        },
        discard: () => request.destroy(),
      }),
    );
    request.on("error", reject).end();
  });

it("is called a certificate, by searches and by contents", async () => {
  const file = addModel();
  const http = fetchHttp(fetch);
  const client = clientOf(http, trustingAs(http, socketHttp(http)));
  const told = {
    ok: false,
    failure: { code: "hub-certificate-refused", details: { host: new URL(hub.endpoint).host } },
  };
  expect(await client.search(QUERY, never)).toMatchObject(told);
  expect(await new HubFileSource(client, file).open(0, 1000, never)).toMatchObject(told);
});

it("contents come through whoever trusts the network's certificate, and the sockets are not asked for them again", async () => {
  const file = addModel();
  let attempts = 0;
  const sockets = socketHttp(trusting);
  const counted: Http = (request) => {
    attempts++;
    return sockets(request);
  };
  const source = new HubFileSource(clientOf(trusting, trustingAs(trusting, counted)), file);
  for (let round = 0; round < 3; round++) {
    const opened = await source.open(0, content.length, never);
    if (!opened.ok) throw new Error(opened.failure.code);
    const body = new BoundedBody(content.length);
    await opened.value.readBody(body);
    expect(Buffer.from(body.bytes).equals(content)).toBe(true);
  }
  // The hub's address and the content network's: each refused once.
  expect(attempts).toBe(2);
});

it("another failure asks nobody else", async () => {
  addModel();
  const asked: string[] = [];
  const other: Http = async ({ url }) => Promise.reject(new Error(asked.push(url).toString()));
  await hub.stop();
  await expect(
    trustingAs(other, socketHttp(other))({ url: hub.endpoint, headers: {}, signal: never }),
  ).rejects.toThrow();
  expect(asked).toEqual([]);
  hub = await HubServer.start();
});

// Both variables are read when Node starts, so that this is asked of a process of its own. Linux: where the system's certificates are, a variable may say.
it.skipIf(process.platform !== "linux").each(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])(
  "plain Node trusts what the system does: %s",
  async (variable) => {
    const file = addModel();
    const ask = (env: NodeJS.ProcessEnv) =>
      new Promise<string>((resolve) => {
        const args = ["--import", "tsx", "electron/testing/askHub.ts", hub.endpoint, JSON.stringify(file)];
        const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: "pipe" });
        let said = "";
        child.stdout.on("data", (piece: Buffer) => (said += piece.toString()));
        child.on("close", () => resolve(said));
      });
    expect(await ask({ [variable]: path.join(folder, "authority.pem") })).toBe("ok ok");
    expect(await ask({ SSL_CERT_FILE: "", NODE_EXTRA_CA_CERTS: "" })).toBe(
      "hub-certificate-refused hub-certificate-refused",
    );
  },
  60_000,
);

it.each([
  ["Node's", Object.assign(new Error("x"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }), true],
  ["of another name", Object.assign(new Error("x"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" }), true],
  [
    "under fetch's",
    new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "CERT_HAS_EXPIRED" }) }),
    true,
  ],
  ["Chromium's", new Error("net::ERR_CERT_AUTHORITY_INVALID"), true],
  ["a lost network", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), false],
  ["Chromium's lost network", new Error("net::ERR_INTERNET_DISCONNECTED"), false],
  ["no error", "CERT_HAS_EXPIRED", false],
])("an error about a certificate is known: %s", (_, error, is) => {
  expect(isCertificateError(error)).toBe(is);
});

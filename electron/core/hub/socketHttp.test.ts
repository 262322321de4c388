// Bodies over bare sockets: every byte in order into whatever room the sink has, over TCP and TLS, and never more than was announced.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { seededBytes } from "../../../e2e/hub/hubRepository";
import type { BodySink, Http } from "./http";
import { socketHttp } from "./socketHttp";

const content = seededBytes(3_000_001, 7);
/** For sinks that take their time: behind each pause come 2 KB. */
const shortContent = content.subarray(0, 300_001);
const never = new AbortController().signal;
const noFallback: Http = () => Promise.reject(new Error("the fallback was asked"));

/** Takes bytes in rooms of this size; `pauseMs` after each. */
function sinkOf(roomBytes: number, pauseMs: number | null): BodySink & { bytes: () => Buffer } {
  const parts: Buffer[] = [];
  let room = new Uint8Array(roomBytes);
  let filled = 0;
  const cut = () => {
    parts.push(Buffer.from(room.subarray(0, filled)));
    room = new Uint8Array(roomBytes);
    filled = 0;
  };
  return {
    room: () => room.subarray(filled),
    took(length) {
      filled += length;
      if (filled === roomBytes) cut();
      return pauseMs === null ? undefined : new Promise((resolve) => setTimeout(resolve, pauseMs));
    },
    bytes() {
      cut();
      return Buffer.concat(parts);
    },
  };
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serve(
  listener: RequestListener,
  secure: { key: string; cert: string } | null = null,
): Promise<{ url: string; connections: () => number }> {
  const server = secure ? createHttpsServer(secure, listener) : createHttpServer(listener);
  let connections = 0;
  server.on(secure ? "secureConnection" : "connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `${secure ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}/file`,
    connections: () => connections,
  };
}

/** Answers every connection with these bytes, whatever it says. */
async function serveRaw(bytes: Uint8Array, end: boolean): Promise<string> {
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => (end ? socket.end(bytes) : socket.write(bytes)));
    stops.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
}

const serving =
  (bytes: Uint8Array): RequestListener =>
  (_request, response) => {
    response.setHeader("content-length", bytes.length);
    response.end(bytes);
  };
const whole = serving(content);

let certificate: { key: string; cert: string } | null = null;
beforeAll(() => {
  const folder = mkdtempSync(path.join(tmpdir(), "facet-tls-"));
  const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
  try {
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-days",
        "2",
        "-keyout",
        key,
        "-out",
        cert,
      ],
      { stdio: "ignore" },
    );
    certificate = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } catch {
    // No openssl: the tests over TLS are skipped.
  } finally {
    rmSync(folder, { recursive: true });
  }
  // The certificate is nobody's but the test's.
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
});
afterAll(() => vi.unstubAllEnvs());

describe.each(["TCP", "TLS"])("over %s", (transport) => {
  it.for<[string, number, number | null]>([
    ["large rooms", 1024 * 1024, null],
    ["small rooms", 10_007, null],
    ["a sink that takes its time", 30_000, 1],
    ["a sink that takes its time over small rooms", 4_009, 0],
  ])("%s: every byte in order, and the connection is used again", async ([, roomBytes, pauseMs], { skip }) => {
    if (transport === "TLS" && certificate === null) skip("no openssl to make a certificate with");
    const sent = pauseMs === null ? content : shortContent;
    const server = await serve(serving(sent), transport === "TLS" ? certificate : null);
    const http = socketHttp(noFallback);
    for (let round = 0; round < 3; round++) {
      const sink = sinkOf(roomBytes, pauseMs);
      const response = await http({ url: server.url, headers: {}, signal: never });
      await response.readBody(sink);
      expect(sink.bytes().equals(sent)).toBe(true);
    }
    expect(server.connections()).toBe(1);
  });
});

const head = (length: number) => Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`);

describe("a server that is not to be trusted", () => {
  it("ends early: what came is kept, and the end is an error", async () => {
    const http = socketHttp(noFallback);
    const sink = sinkOf(4096, null);
    const response = await http({
      url: await serveRaw(Buffer.concat([head(100_000), content.subarray(0, 60_000)]), true),
      headers: {},
      signal: never,
    });
    await expect(response.readBody(sink)).rejects.toThrow("closed");
    expect(sink.bytes().equals(content.subarray(0, 60_000))).toBe(true);
  });

  it("sends more than it announced: only that much is taken, and the connection is not used again", async () => {
    const url = await serveRaw(Buffer.concat([head(50_000), content.subarray(0, 90_000)]), false);
    const http = socketHttp(noFallback);
    for (let round = 0; round < 2; round++) {
      const sink = sinkOf(4096, null);
      await (await http({ url, headers: {}, signal: never })).readBody(sink);
      expect(sink.bytes().equals(content.subarray(0, 50_000))).toBe(true);
    }
  });

  it("announces more than the sink takes: the sink's error is the end", async () => {
    const { url } = await serve(whole);
    const response = await socketHttp(noFallback)({ url, headers: {}, signal: never });
    let taken = 0;
    const sink: BodySink = {
      room() {
        if (taken >= 100_000) throw new Error("more bytes than asked for");
        return new Uint8Array(50_000);
      },
      took(length) {
        taken += length;
      },
    };
    await expect(response.readBody(sink)).rejects.toThrow("more bytes than asked for");
  });

  it("is silent: the request ends when it is stopped", async () => {
    const stop = new AbortController();
    const response = await socketHttp(noFallback)({
      url: await serveRaw(Buffer.concat([head(100_000), content.subarray(0, 1000)]), false),
      headers: {},
      signal: stop.signal,
    });
    const reading = response.readBody(sinkOf(4096, null));
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(reading).rejects.toThrow("enough");
  });

  it("sends what is no HTTP", async () => {
    await expect(
      socketHttp(noFallback)({
        url: await serveRaw(Buffer.from("SSH-2.0-x\r\n\r\n"), false),
        headers: {},
        signal: never,
      }),
    ).rejects.toThrow("not an HTTP answer");
  });
});

// Counts the connections that an app opens to anywhere: those of Chromium by its own log, those of Node in the main process by its sockets.
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { FacetApp } from "./FacetApp";

/** For `launch`: Chromium's log begins with its start. */
export function netLogArgument(dataFolder: string): string {
  return `--log-net-log=${logFile(dataFolder)}`;
}

/** Call it at once after the launch, and the answer once the app is closed. */
export async function watchConnections(app: FacetApp): Promise<{ ofNode: () => Promise<string[]> }> {
  await app.electron.evaluate(() => {
    const seen: string[] = [];
    Reflect.set(globalThis, "seenConnections", seen);
    const { Socket } = process.getBuiltinModule("node:net");
    const connect = Reflect.get(Socket.prototype, "connect") as (...args: unknown[]) => unknown;
    Reflect.set(Socket.prototype, "connect", function (this: unknown, ...args: unknown[]) {
      const [given] = args.flat() as [{ host?: string; port?: number; path?: string | null } | undefined];
      // Those with a path are pipes, as to another program of the same user.
      if (!given?.path) seen.push(`${given?.host ?? "localhost"}:${given?.port}`);
      return connect.apply(this, args);
    });
  });
  return { ofNode: () => app.electron.evaluate(() => Reflect.get(globalThis, "seenConnections") as string[]) };
}

/** Of Chromium, in all its processes and sessions; after the app has ended. */
export async function connectionsOfChromium(dataFolder: string): Promise<string[]> {
  const text = await readFile(logFile(dataFolder), "utf8");
  const { constants, events } = JSON.parse(text) as {
    constants: { logEventTypes: Record<string, number> };
    events: { type: number; params?: { address?: string; address_list?: string[] } }[];
  };
  const types = new Set(["TCP_CONNECT_ATTEMPT", "UDP_CONNECT"].map((name) => constants.logEventTypes[name]));
  if (types.has(undefined)) throw new Error("Chromium's log has other names for connections");
  return events.flatMap(({ type, params }) => (types.has(type) && params?.address ? [params.address] : []));
}

function logFile(dataFolder: string): string {
  return path.join(path.dirname(dataFolder), `${path.basename(dataFolder)}-net-log.json`);
}

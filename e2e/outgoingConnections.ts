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
    const channel = process.getBuiltinModule("node:diagnostics_channel");
    channel.subscribe("net.client.socket", (message) => {
      const { socket } = message as { socket: import("node:net").Socket };
      // Pipes, as to another program of the same user, attempt none.
      socket.on("connectionAttempt", (ip: string, port: number) => seen.push(`${ip}:${port}`));
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

// Gives the page `window.facet`: one function per method of the contract, events, and nothing else. Preload, sandboxed.
import { contextBridge, ipcRenderer, webUtils } from "electron";
import {
  CALL_CHANNEL,
  EVENT_CHANNEL,
  PRELOAD_METHOD,
  STREAM_PORT_CHANNEL,
  STREAM_PORT_MESSAGE,
} from "../contract/bridge";

/** The names in contract/methods.ts and contract/events.ts, put in their place by scripts/build.ts. */
declare const METHOD_NAMES: readonly string[];
declare const EVENT_NAMES: readonly string[];

type Listener = (value: unknown) => void;
const listeners = new Map<string, Set<Listener>>();

ipcRenderer.on(EVENT_CHANNEL, (_event, name: string, value: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(value);
});

// A MessagePort cannot cross the context bridge; posting it to the page is the documented way.
ipcRenderer.on(STREAM_PORT_CHANNEL, (event) => {
  window.postMessage(STREAM_PORT_MESSAGE, window.location.origin, event.ports);
});

const call = Object.fromEntries(
  METHOD_NAMES.map((name) => [
    name,
    (input: unknown): Promise<unknown> => ipcRenderer.invoke(CALL_CHANNEL, name, input),
  ]),
);

async function importDropped(files: readonly File[]): Promise<unknown> {
  const paths = files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== "");
  return paths.length === 0 ? null : ipcRenderer.invoke(CALL_CHANNEL, PRELOAD_METHOD, { paths });
}

function on(name: string, listener: Listener): () => void {
  if (!EVENT_NAMES.includes(name)) throw new Error(`There is no event named ${name}`);
  const group = listeners.get(name) ?? new Set();
  listeners.set(name, group.add(listener));
  return () => {
    group.delete(listener);
  };
}

// Objects that cross the bridge are copied and frozen by Electron.
contextBridge.exposeInMainWorld("facet", { call, importDropped, on });

// Connects the call gate to Electron: the only file that touches ipcMain. Main process.
import { ipcMain } from "electron";
import { CALL_CHANNEL } from "../../contract/bridge";
import { createCallGate, type CallGateOptions } from "./callGate";

export function openIpcGate(options: CallGateOptions): void {
  const gate = createCallGate(options);
  ipcMain.handle(CALL_CHANNEL, (event, name: unknown, input: unknown) => gate(event, name, input));
}

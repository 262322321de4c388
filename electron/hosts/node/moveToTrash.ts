// The trash without Electron: by the system's own command. What cannot be moved there is left where it is.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Throws, and changes nothing, where the system has no trash for this file. */
export async function moveToTrash(file: string): Promise<void> {
  if (process.platform === "darwin") {
    await run("osascript", ["-e", `tell application "Finder" to delete POSIX file ${JSON.stringify(file)}`]);
  } else if (process.platform === "win32") {
    const script =
      "Add-Type -AssemblyName Microsoft.VisualBasic; [Microsoft.VisualBasic.FileIO.FileSystem]::DeleteFile($env:FACET_TRASH_FILE, 'OnlyErrorDialogs', 'SendToRecycleBin')";
    await run("powershell", ["-NoProfile", "-NonInteractive", "-Command", script], {
      env: { ...process.env, FACET_TRASH_FILE: file },
    });
  } else {
    await run("gio", ["trash", "--", file]);
  }
}

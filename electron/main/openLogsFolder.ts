// Shows the folder of the log files in the system's file manager. Main process.
import { shell } from "electron";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { Shell } from "./AppContext";

export async function openLogsFolder({ logsFolder }: Pick<Shell, "logsFolder">): Promise<Outcome<undefined>> {
  const problem = await shell.openPath(logsFolder);
  return problem === "" ? succeed(undefined) : fail("internal", undefined, problem);
}

// Shows the folder of the log files in the system's file manager. Main process.
import { fail, succeed, type Outcome } from "../../contract/failure";
import { openFolder } from "./outside";
import type { WindowShell } from "./WindowShell";

export async function openLogsFolder({ logsFolder }: Pick<WindowShell, "logsFolder">): Promise<Outcome<undefined>> {
  const problem = await openFolder(logsFolder);
  return problem === "" ? succeed(undefined) : fail("internal", undefined, problem);
}

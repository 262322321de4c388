// Entry of the command line: built as one file, .vite/build/facet.mjs, for plain Node.
import { homedir } from "node:os";
import { dataFolder } from "../../core/dataFolder";
import { endProcess } from "../../files/endProcess";
import { runCommand } from "./runCommand";

const folder = dataFolder({ env: process.env, platform: process.platform, home: homedir() });
process.exitCode = await runCommand(process.argv.slice(2), folder);
// A connection or a timer that is left must not keep the terminal waiting.
await endProcess(() => process.exit());

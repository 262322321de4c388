// Entry of the command line: built as one file, .vite/build/facet.mjs, for plain Node.
import { homedir } from "node:os";
import { dataFolder } from "../../core/dataFolder";
import { endProcess } from "../../files/endProcess";
import { setLanguage, t } from "../../words/language";
import { commandLanguage } from "./commandLanguage";
import { runCommand } from "./runCommand";

/** That of package.json's engines. */
const OLDEST_NODE = 24;

const folder = dataFolder({ env: process.env, platform: process.platform, home: homedir() });
setLanguage(commandLanguage(folder));

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    t("facet needs Node {oldest} or newer; this is {version}. In the source tree, {command} brings its own.", {
      oldest: String(OLDEST_NODE),
      version: process.versions.node,
      command: "npm run facet",
    }),
  );
  process.exit(1);
}

process.exitCode = await runCommand(process.argv.slice(2), folder);
// A connection or a timer that is left must not keep the terminal waiting.
await endProcess(() => process.exit());

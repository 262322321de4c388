// A Node of one exact version, to test on: out of the npm package for this system, kept in the cache. Scripts only.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { keptNode, nodePackage } from "./fetchedNode.mjs";
import { npmCommand } from "./npmPackage.mjs";
import { StepError } from "./step";

/**
 * That of Electron 44.4.3, the newest of which it is known. Electron 45 has this one or a newer one: with it installed,
 * `ELECTRON_RUN_AS_NODE=1 npx electron -p process.versions.node` says which.
 */
export const ELECTRON_NODE = "24.21.0";

/** Its executable, absolute. Throws a StepError where npm does not have it. */
export async function otherNode(version: string, say: (line: string) => void): Promise<string> {
  const { name, megabytes } = nodePackage(process.platform, process.arch);
  const integrity = await integrityOf(`${name}@${version}`);
  return keptNode({ name, version, megabytes, integrity }, say, `the tests run on ${version}`);
}

/** As the registry says it: nothing of the app's is made with this Node. */
async function integrityOf(spec: string): Promise<string> {
  const [command, ...args] = npmCommand();
  const { stdout } = await promisify(execFile)(command, [...args, "view", spec, "dist.integrity"]).catch(() => {
    throw new StepError(`npm's registry, as it is set on this computer, does not have ${spec}.`);
  });
  return stdout.trim();
}

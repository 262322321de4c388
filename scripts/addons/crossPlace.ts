// What building for another system needs: Zig as the compiler, node-llama-cpp's libraries of that system, and the headers of
// the llama.cpp that they were made of.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { llamaCppHeaders, type BuildPlace } from "../buildNative";
import { StepError } from "../step";
import { llamaLibrariesFolder, nodeLlamaCppVersion, packageFolder } from "./llamaPackages";
import type { AddonTarget } from "./targets";
import { zigCompiler } from "./zig";

/** Throws StepError when something of it is not to be had. */
export async function crossPlace(
  target: AddonTarget,
  nodeLlamaCpp: string,
  say: (line: string) => void,
): Promise<BuildPlace> {
  const libraries = await llamaLibrariesFolder(target.llamaPackage, nodeLlamaCpp, say);
  const headers = await llamaCppHeaders(await packageFolder("node-llama-cpp", nodeLlamaCpp, say));
  if (headers === null) throw new StepError("git is missing. Get it with: sudo apt-get install git");
  const compiler = await zigCompiler(target, say);
  // Another llama.cpp is another build: its headers are not among what decides whether an object is fresh.
  const isOther = nodeLlamaCpp !== (await nodeLlamaCppVersion());
  const output = path.join("native", "build", "cross", target.name + (isOther ? `-${nodeLlamaCpp}` : ""));
  await mkdir(output, { recursive: true });
  return { target, compiler, headers, libraries, output, say };
}

// Where tests find the starter model. Set-up puts it there; a test without it fails and says so.
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { dataFolder, dataPaths } from "../core/dataFolder";

export function starterModelPath(): string {
  const folder = dataFolder({ env: process.env, platform: process.platform, home: os.homedir() });
  const file = path.join(dataPaths(folder).models, "SmolLM2-135M-Instruct.Q4_1.gguf");
  if (!existsSync(file)) throw new Error(`The starter model is not at ${file}. "npm start" or "npm test" gets it.`);
  return file;
}

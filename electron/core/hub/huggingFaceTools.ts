// What Hugging Face's own tools were told on this computer: their cache, and the access token that they use.
//
// In the order of huggingface_hub (constants.py, utils/_auth.py): HF_TOKEN, HUGGING_FACE_HUB_TOKEN, then the file HF_TOKEN_PATH, HF_HOME/token,
// XDG_CACHE_HOME/huggingface/token, ~/.cache/huggingface/token; caches by HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub and so on.
// llama.cpp (v0.5.0, common/hf-cache.cpp) asks LLAMA_CACHE before those. The same on every system.
import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";
import type { Surroundings } from "../dataFolder";

const MAX_TOKEN_BYTES = 1000;

export interface FoundToken {
  token: string;
  from: "environment" | "file";
}

/** The token that `hf auth login` or the environment gave; null for none, and where HF_HUB_DISABLE_IMPLICIT_TOKEN says not to take it unasked. */
export function foundToken(surroundings: Surroundings): FoundToken | null {
  const { env } = surroundings;
  if (/^(?:1|true|yes|on)$/iu.test(env["HF_HUB_DISABLE_IMPLICIT_TOKEN"] ?? "")) return null;
  for (const name of ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]) {
    const token = cleaned(env[name] ?? "");
    if (token !== null) return { token, from: "environment" };
  }
  const token = cleaned(beginningOf(tokenFile(surroundings)));
  return token === null ? null : { token, from: "file" };
}

/** Folders with "models--owner--name", absolute, each once; in the order in which they are asked. */
export function hubCaches(surroundings: Surroundings): string[] {
  const { env } = surroundings;
  const { resolve, join } = pathOf(surroundings);
  const caches = [
    env["LLAMA_CACHE"],
    env["HF_HUB_CACHE"] || env["HUGGINGFACE_HUB_CACHE"] || join(huggingFaceHome(surroundings), "hub"),
  ];
  return [...new Set(caches.flatMap((folder) => (folder ? [resolve(folder)] : [])))];
}

function tokenFile(surroundings: Surroundings): string {
  const { join } = pathOf(surroundings);
  return surroundings.env["HF_TOKEN_PATH"] || join(huggingFaceHome(surroundings), "token");
}

function huggingFaceHome(surroundings: Surroundings): string {
  const { env, home } = surroundings;
  const { join } = pathOf(surroundings);
  return env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join(home, ".cache"), "huggingface");
}

function pathOf({ platform }: Surroundings): typeof path.posix {
  return platform === "win32" ? path.win32 : path.posix;
}

/** As huggingface_hub does: without line breaks and blanks. null for what no header can hold. */
function cleaned(text: string): string | null {
  const token = text.replace(/[\r\n]/gu, "").trim();
  return /^[\x21-\x7e]{1,500}$/u.test(token) ? token : null;
}

/** Empty where there is no such file, or it cannot be read. */
function beginningOf(file: string): string {
  let handle: number | null = null;
  try {
    handle = openSync(file, "r");
    const bytes = Buffer.alloc(MAX_TOKEN_BYTES);
    return bytes.toString("utf8", 0, readSync(handle, bytes));
  } catch {
    return "";
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

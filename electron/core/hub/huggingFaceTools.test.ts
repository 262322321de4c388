import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { foundToken, hubCaches } from "./huggingFaceTools";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "facet-tools-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const found = (env: Record<string, string>) => foundToken({ env, platform: process.platform, home });
function put(file: string, token: string): string {
  const full = path.join(home, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, token);
  return full;
}

it("a token is the environment's before a file's, in the order of Hugging Face's tools", () => {
  expect(found({})).toBeNull();
  put(".cache/huggingface/token", "hf_home\n");
  expect(found({})).toEqual({ token: "hf_home", from: "file" });
  put("xdg/huggingface/token", "hf_xdg");
  const xdg = { XDG_CACHE_HOME: path.join(home, "xdg") };
  expect(found(xdg)).toEqual({ token: "hf_xdg", from: "file" });
  put("hf/token", "hf_hf");
  const hf = { ...xdg, HF_HOME: path.join(home, "hf") };
  expect(found(hf)).toEqual({ token: "hf_hf", from: "file" });
  const named = { ...hf, HF_TOKEN_PATH: put("named", " hf_named\r\n") };
  expect(found(named)).toEqual({ token: "hf_named", from: "file" });
  const former = { ...named, HUGGING_FACE_HUB_TOKEN: "hf_former" };
  expect(found(former)).toEqual({ token: "hf_former", from: "environment" });
  expect(found({ ...former, HF_TOKEN: "hf_env" })).toEqual({ token: "hf_env", from: "environment" });
  expect(found({ ...former, HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" })).toBeNull();
});

it("what is no token is none: a folder, a long file, what no header can hold", () => {
  mkdirSync(path.join(home, "folder"));
  expect(found({ HF_TOKEN_PATH: path.join(home, "folder") })).toBeNull();
  expect(found({ HF_TOKEN_PATH: put("long", "x".repeat(100_000)) })).toBeNull();
  expect(found({ HF_TOKEN: "hf_ä", HF_TOKEN_PATH: put("two", "hf one") })).toBeNull();
});

it.each<[NodeJS.Platform, Record<string, string>, string[]]>([
  ["linux", {}, ["/home/ann/.cache/huggingface/hub"]],
  ["darwin", { XDG_CACHE_HOME: "/cache" }, ["/cache/huggingface/hub"]],
  ["linux", { XDG_CACHE_HOME: "/cache", HF_HOME: "/hf" }, ["/hf/hub"]],
  ["linux", { HF_HOME: "/hf", HUGGINGFACE_HUB_CACHE: "/former" }, ["/former"]],
  ["linux", { HUGGINGFACE_HUB_CACHE: "/former", HF_HUB_CACHE: "/hub" }, ["/hub"]],
  ["linux", { HF_HUB_CACHE: "/hub", LLAMA_CACHE: "/llama" }, ["/llama", "/hub"]],
  ["linux", { HF_HUB_CACHE: "/hub", LLAMA_CACHE: "/hub/" }, ["/hub"]],
])("caches on %s with %j: %j", (platform, env, folders) => {
  expect(hubCaches({ env, platform, home: "/home/ann" })).toEqual(folders);
});

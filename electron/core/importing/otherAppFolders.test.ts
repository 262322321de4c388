// Where other apps keep their models, on each system.
import { expect, it } from "vitest";
import { otherAppFolders } from "./otherAppFolders";

it("knows the usual places of each system", () => {
  const linux = otherAppFolders({ env: {}, platform: "linux", home: "/home/ann" });
  expect(linux.lmStudioHomes).toEqual(["/home/ann/.lmstudio", "/home/ann/.cache/lm-studio"]);
  expect(linux.ollama).toEqual([
    "/home/ann/.ollama/models",
    "/usr/share/ollama/.ollama/models",
    "/var/lib/ollama/.ollama/models",
  ]);
  expect(linux.jan).toEqual(["/home/ann/jan", "/home/ann/.config/Jan/data", "/home/ann/.local/share/Jan/data"]);
  expect(linux.huggingFace).toEqual(["/home/ann/.cache/huggingface/hub"]);
  const mac = otherAppFolders({ env: {}, platform: "darwin", home: "/Users/ann" });
  expect(mac.ollama).toEqual(["/Users/ann/.ollama/models"]);
  expect(mac.janSettings).toEqual(["/Users/ann/Library/Application Support/Jan/settings.json"]);
  const windows = otherAppFolders({
    env: { APPDATA: "C:\\Users\\Ann\\AppData\\Roaming" },
    platform: "win32",
    home: "C:\\Users\\Ann",
  });
  expect(windows.ollama).toEqual(["C:\\Users\\Ann\\.ollama\\models"]);
  expect(windows.lmStudioSettings).toEqual(["C:\\Users\\Ann\\AppData\\Roaming\\LM Studio\\settings.json"]);
  expect(windows.huggingFace).toEqual(["C:\\Users\\Ann\\.cache\\huggingface\\hub"]);
});

it("goes by the apps' own variables", () => {
  const chosen = otherAppFolders({
    env: { OLLAMA_MODELS: "/big/ollama", HF_HOME: "/big/hf", JAN_DATA_FOLDER: "/big/jan", XDG_CACHE_HOME: "/cache" },
    platform: "linux",
    home: "/home/ann",
  });
  expect(chosen.ollama).toEqual(["/big/ollama"]);
  expect(chosen.huggingFace).toEqual(["/big/hf/hub"]);
  expect(chosen.jan[0]).toBe("/big/jan");
  expect(otherAppFolders({ env: { HF_HUB_CACHE: "/hub" }, platform: "linux", home: "/home/ann" }).huggingFace).toEqual([
    "/hub",
  ]);
  expect(
    otherAppFolders({ env: { XDG_CACHE_HOME: "/cache" }, platform: "linux", home: "/home/ann" }).huggingFace,
  ).toEqual(["/cache/huggingface/hub"]);
});

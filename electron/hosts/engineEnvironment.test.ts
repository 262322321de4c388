// What of the person's environment reaches the engine.
import { expect, it } from "vitest";
import { engineEnvironment } from "./engineEnvironment";

it("drops what changes code or computation, keeps the rest", () => {
  const hostile = {
    NODE_OPTIONS: "--require /evil.js",
    node_options: "x",
    NODE_PATH: "/evil",
    LD_PRELOAD: "/evil.so",
    LD_AUDIT: "x",
    DYLD_INSERT_LIBRARIES: "x",
    GGML_CUDA_FORCE: "1",
    LLAMA_ARG_MODEL: "x",
    NODE_LLAMA_CPP_GPU: "false",
    ELECTRON_RUN_AS_NODE: "1",
  };
  const kept = { PATH: "/bin", HOME: "/home/ada", LANG: "C", CUDA_VISIBLE_DEVICES: "0", OMP_NUM_THREADS: "2" };
  expect(engineEnvironment({ ...hostile, ...kept, UNSET: undefined })).toEqual({ ...kept, GGML_NO_BACKTRACE: "1" });
});

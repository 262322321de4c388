// The environment of the engine process: the person's, without what would change code or computation behind our back, and quick to die. Pure.

const REMOVED = ["NODE_OPTIONS", "NODE_PATH", "LD_PRELOAD", "LD_AUDIT", "ELECTRON_RUN_AS_NODE"];
const REMOVED_PREFIXES = ["DYLD_", "GGML_", "LLAMA_", "NODE_LLAMA_CPP_"];

export function engineEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const upper = name.toUpperCase();
    if (value === undefined || REMOVED.includes(upper) || REMOVED_PREFIXES.some((prefix) => upper.startsWith(prefix)))
      continue;
    kept[name] = value;
  }
  // Else an assertion in ggml first opens a debugger, where there is one: the process would take 5 s to die.
  kept["GGML_NO_BACKTRACE"] = "1";
  return kept;
}

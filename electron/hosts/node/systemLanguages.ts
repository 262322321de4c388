// The user's languages as a terminal knows them.

/** Best first: of the environment by POSIX's order, "de_DE.UTF-8" as "de-DE", then the system's own. */
export function systemLanguages(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const named = env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"];
  // GNU's list of several, which counts only beside one of the above that is not plain C.
  const list = named === undefined || /^(?:C|POSIX)(?:\.|$)/u.test(named) ? [] : (env["LANGUAGE"] ?? "").split(":");
  const names = [...list, ...(named === undefined ? [] : [named])].filter((name) => name !== "");
  return names.length > 0
    ? names.map((name) => name.replace(/[.@].*$/u, "").replaceAll("_", "-"))
    : [new Intl.DateTimeFormat().resolvedOptions().locale];
}

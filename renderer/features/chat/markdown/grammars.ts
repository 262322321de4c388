// The languages that code is coloured in, and how each grammar is loaded when it is first needed.

interface GrammarModule {
  readonly default: readonly unknown[];
}

const loaders: Readonly<Record<string, () => Promise<GrammarModule>>> = {
  bash: () => import("shiki/langs/bash.mjs"),
  c: () => import("shiki/langs/c.mjs"),
  cpp: () => import("shiki/langs/cpp.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  dart: () => import("shiki/langs/dart.mjs"),
  diff: () => import("shiki/langs/diff.mjs"),
  docker: () => import("shiki/langs/docker.mjs"),
  elixir: () => import("shiki/langs/elixir.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  graphql: () => import("shiki/langs/graphql.mjs"),
  haskell: () => import("shiki/langs/haskell.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  ini: () => import("shiki/langs/ini.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  jinja: () => import("shiki/langs/jinja.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  jsx: () => import("shiki/langs/jsx.mjs"),
  julia: () => import("shiki/langs/julia.mjs"),
  kotlin: () => import("shiki/langs/kotlin.mjs"),
  latex: () => import("shiki/langs/latex.mjs"),
  lua: () => import("shiki/langs/lua.mjs"),
  makefile: () => import("shiki/langs/make.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  matlab: () => import("shiki/langs/matlab.mjs"),
  perl: () => import("shiki/langs/perl.mjs"),
  php: () => import("shiki/langs/php.mjs"),
  powershell: () => import("shiki/langs/powershell.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  r: () => import("shiki/langs/r.mjs"),
  ruby: () => import("shiki/langs/ruby.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  scala: () => import("shiki/langs/scala.mjs"),
  scss: () => import("shiki/langs/scss.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  swift: () => import("shiki/langs/swift.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  typescript: () => import("shiki/langs/typescript.mjs"),
  vue: () => import("shiki/langs/vue.mjs"),
  xml: () => import("shiki/langs/xml.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
  zig: () => import("shiki/langs/zig.mjs"),
};

const aliases: Readonly<Record<string, string>> = {
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  shellscript: "bash",
  console: "bash",
  "c++": "cpp",
  cc: "cpp",
  hpp: "cpp",
  h: "c",
  "c#": "csharp",
  cs: "csharp",
  patch: "diff",
  dockerfile: "docker",
  golang: "go",
  hs: "haskell",
  htm: "html",
  jinja2: "jinja",
  j2: "jinja",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  node: "javascript",
  jsonc: "json",
  json5: "json",
  jl: "julia",
  kt: "kotlin",
  tex: "latex",
  make: "makefile",
  md: "markdown",
  pl: "perl",
  ps1: "powershell",
  pwsh: "powershell",
  py: "python",
  python3: "python",
  py3: "python",
  rb: "ruby",
  rs: "rust",
  sass: "scss",
  mysql: "sql",
  postgresql: "sql",
  postgres: "sql",
  sqlite: "sql",
  plsql: "sql",
  ts: "typescript",
  mts: "typescript",
  svg: "xml",
  xsl: "xml",
  yml: "yaml",
  conf: "ini",
  properties: "ini",
};

/** The grammar's own name for what a user or a model writes after the fence; null = shown plain. */
export function grammarName(language: string): string | null {
  const written = language.trim().toLowerCase();
  const name = Object.hasOwn(aliases, written) ? aliases[written] : written;
  return name !== undefined && Object.hasOwn(loaders, name) ? name : null;
}

/**
 * The grammar and those it embeds, as JSON: cloning their many small objects for the worker would take ten times as long.
 * Rejects when the file cannot be read.
 */
export async function loadGrammar(name: string): Promise<string> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load === undefined) throw new Error(`No grammar: ${name}`);
  return JSON.stringify((await load()).default);
}

// `npm run bench [-- NAME…] [-- --json]`, NAME a figure or a group of them ("download"): measures what is fast, prints a table with the machine; with --json one JSON object as the last line.
import { setUp } from "../scripts/setUp";
import { exitWith, StepError } from "../scripts/step";
import { hasDisplay, startVirtualDisplay } from "../scripts/virtualDisplay";
import { appAtRest } from "./appAtRest";
import { coldStart } from "./coldStart";
import { commandStart } from "./commandStart";
import { deltaEncode } from "./deltaEncode";
import { deltaFidelity } from "./deltaFidelity";
import { deltaKernels } from "./deltaKernels";
import { deltaSwitch } from "./deltaSwitch";
import { download } from "./download";
import { engineSpeed } from "./engineSpeed";
import { estimator } from "./estimator";
import { estimatorGpu } from "./estimatorGpu";
import type { Figures } from "./figures";
import { firstMessage } from "./firstMessage";
import { fit } from "./fit";
import { hubKinds } from "./hubKinds";
import { hubSearch } from "./hubSearch";
import { longChat } from "./longChat";
import { longPaste } from "./longPaste";
import { machineLines } from "./machine";
import { quantizeQuality } from "./quantizeQuality";
import { quantizeSpeed } from "./quantizeSpeed";
import { salvage } from "./salvage";
import { tokenToDom } from "./tokenToDom";
import { useInPlace } from "./useInPlace";

/** What is measured together, in this order; the names are those of the figures. */
const measurements: readonly {
  readonly names: readonly string[];
  readonly measure: () => Promise<Figures>;
  /** Takes many minutes, builds llama.cpp's own tools, or needs a model that is not part of the project: measured only when it is asked for. */
  readonly onlyWhenAsked?: true;
}[] = [
  { names: ["engine.decode_ratio", "engine.prefill_ratio"], measure: engineSpeed },
  { names: ["delta.encode_gb_s", "delta.bits_per_weight"], measure: deltaEncode },
  {
    names: ["delta.decode_ratio", "delta.prefill_ratio", "lora.decode_ratio", "lora.prefill_ratio"],
    measure: deltaKernels,
  },
  {
    names: [
      "delta.kl_gap_closed",
      "delta.kl_gap_closed_answers",
      "lora.kl_gap_closed",
      "lora.kl_gap_closed_answers",
      "delta.accuracy_loss",
      "delta.accuracy_loss_f16",
    ],
    measure: deltaFidelity,
    onlyWhenAsked: true,
  },
  {
    names: ["quantize.q4_0_time_ratio", "quantize.q4_k_m_time_ratio", "imatrix.time_ratio", "quantize.peak_mb"],
    measure: quantizeSpeed,
    onlyWhenAsked: true,
  },
  { names: ["quality.q4_0_kl_ratio", "quality.3bit_kl_ratio"], measure: quantizeQuality, onlyWhenAsked: true },
  {
    names: [
      "delta.switch_p50_ms",
      "delta.switch_p95_ms",
      "delta.next_token_ratio",
      "delta.return_ratio",
      "delta.return_from_file_ratio",
      "delta.memory_ratio_8",
    ],
    measure: deltaSwitch,
  },
  { names: ["download.throughput_ratio", "download.cpu_ratio"], measure: download },
  { names: ["fit.bytes", "fit.ms"], measure: fit },
  { names: ["hub.search_ms"], measure: hubSearch },
  { names: ["library.use_1000_s"], measure: useInPlace },
  { names: ["hub.kinds_wrong"], measure: hubKinds },
  {
    names: ["estimator.p95_error", "estimator.worst_error", "estimator.worst_under"],
    measure: estimator,
    onlyWhenAsked: true,
  },
  {
    names: ["gpu.estimate_mean_error", "gpu.estimate_p95_error", "gpu.estimate_worst_error"],
    measure: estimatorGpu,
    onlyWhenAsked: true,
  },
  { names: ["ui.token_to_dom_p50_ms", "ui.token_to_dom_p95_ms"], measure: tokenToDom },
  { names: ["ui.open_5000_ms", "ui.worst_frame_ms"], measure: longChat },
  { names: ["ui.paste_1m_ms", "ui.paste_5m_ms"], measure: longPaste },
  { names: ["chat.first_token_ms", "chat.start_ratio"], measure: firstMessage },
  { names: ["salvage.kept_ratio", "salvage.worst_kept_ratio"], measure: salvage, onlyWhenAsked: true },
  { names: ["cli.help_ms", "cli.list_ms"], measure: commandStart },
  { names: ["app.cold_start_ms"], measure: coldStart },
  { names: ["app.idle_pss_mb"], measure: appAtRest },
];

async function bench(args: readonly string[]): Promise<void> {
  const json = args.includes("--json");
  const unknownOption = args.find((arg) => arg.startsWith("--") && arg !== "--json" && !/^--only(?:=|$)/u.test(arg));
  if (unknownOption !== undefined)
    throw new StepError(`There is no option ${unknownOption}: only NAME…, --only and --json.`);
  const known = measurements.flatMap(({ names }) => names);
  const words = namesIn(args);
  const figuresOf = (word: string) => known.filter((figure) => figure === word || figure.startsWith(`${word}.`));
  const unknown = words?.filter((word) => figuresOf(word).length === 0) ?? [];
  if (unknown.length > 0)
    throw new StepError(`There is no figure ${unknown.join(", ")}. There are: ${known.join(", ")}`);

  const wanted = words?.flatMap(figuresOf) ?? null;

  const runtime = await setUp();
  process.env["FACET_E2E_ELECTRON"] = runtime.distPath;
  if (!hasDisplay()) await startVirtualDisplay();
  for (const line of await machineLines(runtime)) console.log(line);

  const measured: Record<string, number> = {};
  for (const { names, measure, onlyWhenAsked } of measurements) {
    const asked = names.filter((name) => (wanted === null ? !onlyWhenAsked : wanted.includes(name)));
    if (asked.length === 0) continue;
    console.log(`\n${asked.join(", ")}`);
    const figures = await measure();
    for (const name of asked) {
      const value = figures[name];
      if (value === undefined) throw new Error(`${name} was not measured`);
      measured[name] = round(value);
    }
  }
  console.log("\nFigure                      median");
  for (const [name, value] of Object.entries(measured)) console.log(`${name.padEnd(26)}  ${value}`);
  if (json) console.log(JSON.stringify(measured));
}

/** As words of their own, or after --only with commas; null when there are none. */
function namesIn(args: readonly string[]): string[] | null {
  const names = args.map((arg) => arg.replace(/^--only=?/u, "")).filter((arg) => arg !== "" && !arg.startsWith("--"));
  return names.length === 0
    ? null
    : names
        .flatMap((name) => name.split(","))
        .map((name) => name.trim())
        .filter((name) => name !== "");
}

/** Three decimals are more than any of these measurements is good for. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

await bench(process.argv.slice(2)).then(() => process.exit(0), exitWith);

// facet doctor: what Facet runs on and computes with, as text to paste into a report.
import type { Command } from "commander";
import stringWidth from "string-width";
import type { Diagnosis } from "../../../contract/diagnosis";
import { backendWords } from "../../../words/backendWords";
import { failureText } from "../../../words/failureText";
import { kernelWords } from "../../../words/kernelWords";
import { formatBytes } from "../../../words/quantities";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { examples } from "../examples";
import { valueOf } from "../useOutcome";

export function addDoctorCommand(program: Command, context: CommandContext): void {
  program
    .command("doctor")
    .description(t("what Facet runs on and computes with, as text to paste into a report; no names of models or chats"))
    .addHelpText("after", examples(["facet doctor"], ["facet doctor --json"]))
    .action(() => runDoctor(context));
}

async function runDoctor({ output, reader }: CommandContext): Promise<void> {
  const diagnosis = valueOf(await (await reader()).call("app.diagnose", undefined));
  output.data(diagnosis);
  const lines = linesOf(diagnosis);
  const width = Math.max(...lines.map(([label]) => stringWidth(label)));
  for (const [label, text] of lines) output.line(`${label}${" ".repeat(width - stringWidth(label))}  ${text}`);
}

type Line = [label: string, text: string];

function linesOf(diagnosis: Diagnosis): Line[] {
  const { engine, engineFailure, machine, electronVersion, diskFreeBytes, notices, leftovers } = diagnosis;
  const program = electronVersion === null ? `Node ${diagnosis.nodeVersion}` : `Electron ${electronVersion}`; // not translated
  return [
    ["Facet", `${diagnosis.appVersion} · ${program} · ${diagnosis.system}`],
    [
      t("Processor"),
      `${diagnosis.processor} · ${t("{count, plural, one {# core} other {# cores}}", { count: machine.cores })}`,
    ],
    ...(engine === null ? [] : aboutEngine(engine, diagnosis.deltaWay)),
    ...(engineFailure === null
      ? []
      : [
          [
            "llama.cpp",
            t("does not start: {reason}", { reason: engineFailure.cause ?? failureText(engineFailure).happened }),
          ] satisfies Line,
        ]),
    [t("Memory"), ofItFree(machine.totalBytes, machine.availableBytes)],
    ...machine.gpus.map(({ name, totalBytes, freeBytes }): Line => [
      "GPU",
      `${name} · ${ofItFree(totalBytes, freeBytes)}`,
    ]),
    [t("Data folder"), diagnosis.dataFolder],
    [t("Disk"), diskFreeBytes === null ? t("not known") : t("{bytes} free", { bytes: formatBytes(diskFreeBytes) })],
    [
      t("Installed"),
      t(
        "{models, plural, one {# model} other {# models}}, {fineTunes, plural, one {# fine-tune} other {# fine-tunes}}",
        {
          models: diagnosis.modelCount,
          fineTunes: diagnosis.fineTuneCount,
        },
      ),
    ],
    ...(leftovers.count === 0
      ? []
      : [
          [
            t("Leftovers"),
            t("{count, plural, one {# unfinished file} other {# unfinished files}}, {size}: see Settings, Your data", {
              count: leftovers.count,
              size: formatBytes(leftovers.sizeBytes),
            }),
          ] satisfies Line,
        ]),
    ...(notices.length === 0 ? [] : [[t("Notices"), notices.join(", ")] satisfies Line]),
  ];
}

function aboutEngine(engine: NonNullable<Diagnosis["engine"]>, way: Diagnosis["deltaWay"]): Line[] {
  return [
    [
      "llama.cpp",
      t("{version} ({package}) on {backend}", {
        version: engine.llamaCpp,
        package: `node-llama-cpp ${engine.nodeLlamaCpp}`,
        backend: backendWords(engine.backend),
      }),
    ],
    [t("Instructions"), engine.cpuFeatures.join(" ")],
    [t("1-bit kernels"), kernelWords(engine.deltaKernels)],
    [
      t("Fine-tunes"),
      way === null
        ? t("none used since the model was loaded")
        : way === "switch"
          ? t("switched in the loaded model; self-test passed")
          : t("a context for each combination: switching in the loaded model failed its self-test"),
    ],
  ];
}

function ofItFree(totalBytes: number, freeBytes: number): string {
  return t("{total}, {free} of it free", { total: formatBytes(totalBytes), free: formatBytes(freeBytes) });
}

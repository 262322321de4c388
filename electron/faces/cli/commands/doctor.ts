// facet doctor: what Facet runs on and computes with, as text to paste into a report.
import type { Command } from "commander";
import type { Diagnosis } from "../../../contract/diagnosis";
import { failureText } from "../../../words/failureText";
import { formatBytes, formatCount } from "../../../words/quantities";
import type { CommandContext } from "../CommandContext";
import { valueOf } from "../useOutcome";

const LABEL_COLUMNS = 14;

export function addDoctorCommand(program: Command, context: CommandContext): void {
  program
    .command("doctor")
    .description("what Facet runs on and computes with, as text to paste into a report; no names of models or chats")
    .addHelpText(
      "after",
      `
Examples:
  facet doctor
  facet doctor --json`,
    )
    .action(() => runDoctor(context));
}

async function runDoctor({ output, reader }: CommandContext): Promise<void> {
  const diagnosis = valueOf(await (await reader()).call("app.diagnose", undefined));
  output.data(diagnosis);
  for (const [label, text] of linesOf(diagnosis)) output.line(`${label.padEnd(LABEL_COLUMNS)}${text}`);
}

function linesOf(diagnosis: Diagnosis): [string, string][] {
  const { engine, engineFailure, machine, electronVersion, diskFreeBytes, notices, leftovers } = diagnosis;
  const program = electronVersion === null ? `Node ${diagnosis.nodeVersion}` : `Electron ${electronVersion}`;
  return [
    ["Facet", `${diagnosis.appVersion} · ${program} · ${diagnosis.system}`],
    ["Processor", `${diagnosis.processor} · ${formatCount(machine.cores)} cores`],
    ...(engine === null ? [] : aboutEngine(engine, diagnosis.deltaWay)),
    ...(engineFailure === null
      ? []
      : [
          ["llama.cpp", `does not start: ${engineFailure.cause ?? failureText(engineFailure).happened}`] satisfies [
            string,
            string,
          ],
        ]),
    ["Memory", `${formatBytes(machine.totalBytes)}, ${formatBytes(machine.availableBytes)} of it free`],
    ...machine.gpus.map(({ name, totalBytes, freeBytes }): [string, string] => [
      "GPU",
      `${name} · ${formatBytes(totalBytes)}, ${formatBytes(freeBytes)} of it free`,
    ]),
    ["Data folder", diagnosis.dataFolder],
    ["Disk", diskFreeBytes === null ? "not known" : `${formatBytes(diskFreeBytes)} free`],
    ["Installed", `${counted(diagnosis.modelCount, "model")}, ${counted(diagnosis.fineTuneCount, "fine-tune")}`],
    ...(leftovers.count === 0
      ? []
      : [
          [
            "Leftovers",
            `${counted(leftovers.count, "unfinished file")}, ${formatBytes(leftovers.sizeBytes)}: see Settings, Your data`,
          ] satisfies [string, string],
        ]),
    ...(notices.length === 0 ? [] : [["Notices", notices.join(", ")] satisfies [string, string]]),
  ];
}

function aboutEngine(engine: NonNullable<Diagnosis["engine"]>, way: Diagnosis["deltaWay"]): [string, string][] {
  const { isActive, instructionSet, reason } = engine.deltaKernels;
  return [
    ["llama.cpp", `${engine.llamaCpp} (node-llama-cpp ${engine.nodeLlamaCpp}) on ${engine.backend}`],
    ["Instructions", engine.cpuFeatures.join(" ")],
    ["1-bit kernels", isActive ? `Facet's for ${instructionSet}; self-test passed` : `llama.cpp's own: ${reason}`],
    [
      "Fine-tunes",
      way === null
        ? "none used since the model was loaded"
        : way === "switch"
          ? "switched in the loaded model; self-test passed"
          : "a context for each combination: switching in the loaded model failed its self-test",
    ],
  ];
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

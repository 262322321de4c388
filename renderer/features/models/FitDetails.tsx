// The verdict on a model, and under the pointer or the focus the numbers behind it.
import { Tooltip as Radix } from "radix-ui";
import type { ReactElement } from "react";
import { FailureCode } from "../../../electron/contract/failure";
import type { Fit } from "../../../electron/contract/fit";
import { failureText } from "../../../electron/words/failureText";
import { otherKind } from "../../../electron/words/fileKindWords";
import { formatBytes, formatContext } from "../../../electron/words/quantities";
import styles from "./FitDetails.module.css";
import { fitWords, type FitNumber, freeBytes, machineNumbers, partNumbers } from "../../../electron/words/fitWords";

interface FitDetailsProps {
  readonly fit: Fit;
  readonly children: ReactElement;
}

export function FitDetails({ fit, children }: FitDetailsProps) {
  return (
    <Radix.Root delayDuration={250}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.details} side="top" sideOffset={8} collisionPadding={10}>
          <b>{fitWords(fit)}</b>
          {fit.parts === null ? (
            <p>{whyUnknown(fit)}</p>
          ) : (
            <>
              <Numbers numbers={partNumbers(fit.parts, fit)} sum={{ name: "Needed", bytes: fit.neededBytes ?? 0 }} />
              <Numbers
                numbers={machineNumbers(fit.machine)}
                sum={{ name: "Free for a model", bytes: freeBytes(fit.machine) }}
              />
              {contextNote(fit).map((note) => (
                <p key={note}>{note}</p>
              ))}
            </>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Numbers({ numbers, sum }: { readonly numbers: readonly FitNumber[]; readonly sum: FitNumber }) {
  return (
    <dl className={styles.numbers}>
      {[...numbers, sum].map(({ name, bytes }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{formatBytes(bytes)}</dd>
        </div>
      ))}
    </dl>
  );
}

function contextNote({ trainContextSizeTokens, contextSizeTokens, largestContextTokens, onGpuBytes }: Fit): string[] {
  const notes: string[] = [];
  if (trainContextSizeTokens !== null && contextSizeTokens >= trainContextSizeTokens) {
    notes.push(`The model was trained for a context of up to ${formatContext(trainContextSizeTokens)}.`);
  } else if (largestContextTokens !== null && largestContextTokens > contextSizeTokens) {
    notes.push(`Up to ${formatContext(largestContextTokens)} context would fit.`);
  }
  if (onGpuBytes > 0) notes.push(`${formatBytes(onGpuBytes)} of it on the GPU.`);
  return notes;
}

function whyUnknown({ fileKind, failureCode }: Fit): string {
  if (otherKind(fileKind) !== null) return "The start of the file says that it is no model to chat with by itself.";
  switch (failureCode) {
    case "hub-offline":
      return "The start of the file must be read from the hub for this, and there is no connection.";
    case "hub-needs-token":
    case "hub-gated":
      return "The start of the file must be read for this, and the hub gives it only to those with access.";
    case "model-architecture-unknown":
      return "This version of Facet does not know this kind of model.";
    default:
      return fileFault(failureCode) ?? "The start of the file could not be read. You can download it all the same.";
  }
}

/** What the file itself shows is said as it is anywhere else; null for what is no fault of the file. */
function fileFault(failureCode: string | null): string | null {
  const code = FailureCode.safeParse(failureCode);
  return code.success && code.data.startsWith("model-") && code.data !== "model-unreadable"
    ? failureText({ code: code.data }).happened
    : null;
}

// The verdict on a model, and under the pointer or the focus the numbers behind it.
import { Tooltip as Radix } from "radix-ui";
import { t } from "../../../electron/words/language";
import type { ReactElement } from "react";
import type { Fit } from "../../../electron/contract/fit";
import { formatBytes } from "../../../electron/words/quantities";
import styles from "./FitDetails.module.css";
import {
  contextNotes,
  fitWords,
  type FitNumber,
  freeBytes,
  machineNumbers,
  partNumbers,
  whyUnknown,
} from "../../../electron/words/fitWords";

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
              <Numbers numbers={partNumbers(fit.parts, fit)} sum={{ name: t("Needed"), bytes: fit.neededBytes ?? 0 }} />
              <Numbers
                numbers={machineNumbers(fit.machine)}
                sum={{ name: t("Free for a model"), bytes: freeBytes(fit.machine) }}
              />
              {contextNotes(fit).map((note) => (
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

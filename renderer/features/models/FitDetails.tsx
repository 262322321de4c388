// The verdict on a model, and under the pointer or the focus, or after a click, the numbers behind it.
import { Tooltip as Radix } from "radix-ui";
import { t } from "../../../electron/words/language";
import { type ReactElement, useRef, useState } from "react";
import type { Fit } from "../../../electron/contract/fit";
import { freeBytes } from "../../../electron/contract/freeBytes";
import { formatBytes } from "../../../electron/words/quantities";
import styles from "./FitDetails.module.css";
import {
  contextNotes,
  fitWords,
  type FitNumber,
  machineNumbers,
  partNumbers,
  whyUnknown,
} from "../../../electron/words/fitWords";
import { runsWords } from "../../../electron/words/speedWords";

interface FitDetailsProps {
  readonly fit: Fit;
  readonly children: ReactElement;
}

export function FitDetails({ fit, children }: FitDetailsProps) {
  const [pointed, setPointed] = useState(false);
  /** By a click: stays until another, Escape, or one elsewhere. A finger has no other way. */
  const [pinned, setPinned] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const speed = runsWords(fit);
  const unpin = () => setPinned(false);
  return (
    <Radix.Root delayDuration={250} open={pointed || pinned} onOpenChange={setPointed}>
      <Radix.Trigger
        ref={trigger}
        asChild
        aria-expanded={pointed || pinned}
        // Otherwise a press would close what the pointer has opened.
        onPointerDown={(event) => event.preventDefault()}
        onClick={(event) => {
          event.preventDefault();
          setPinned(!pinned);
          if (pinned) setPointed(false);
        }}
      >
        {children}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={styles.details}
          side="top"
          sideOffset={8}
          collisionPadding={10}
          onEscapeKeyDown={unpin}
          onPointerDownOutside={(event) => {
            // The press that becomes a click on the verdict is dealt with there.
            if (event.target instanceof Node && trigger.current?.contains(event.target)) event.preventDefault();
            else unpin();
          }}
        >
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
              {fit.tokensPerSecond !== null && <p>{speed}</p>}
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

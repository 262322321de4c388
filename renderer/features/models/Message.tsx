// A place that has nothing to show: one or two sentences, and what can be done.
import type { ReactNode } from "react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import type { Failure } from "../../../electron/contract/failure";
import { failureText } from "../../../electron/words/failureText";
import { SwitchedOffButton } from "../../app/SwitchedOffButton";
import { Button } from "../../ui/Button";
import { FailureDetails } from "../../ui/FailureDetails";
import styles from "./Message.module.css";

interface MessageProps {
  readonly title: string;
  readonly words?: string;
  readonly children?: ReactNode;
}

export function Message({ title, words, children }: MessageProps) {
  return (
    <section className={styles.message}>
      <h2>{title}</h2>
      {words !== undefined && <p>{words}</p>}
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </section>
  );
}

interface FailureMessageProps {
  readonly failure: Failure;
  readonly onRetry: () => void;
  /** Another way out, beside trying again. */
  readonly children?: ReactNode;
}

export function FailureMessage({ failure, onRetry, children }: FailureMessageProps) {
  const { happened, data, advice } = failureText(failure);
  return (
    <section className={styles.message} role="alert">
      <h2>{happened}</h2>
      <p>{sentences(data, advice)}</p>
      <FailureDetails failure={failure} />
      <div className={styles.actions}>
        <Button look="primary" onClick={onRetry}>
          {t("Try again")}
        </Button>
        <SwitchedOffButton failure={failure} />
        {children}
      </div>
    </section>
  );
}

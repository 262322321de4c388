// What a model can do, as far as its file says.
import { Check, CircleHelp, Minus } from "lucide-react";
import type { ModelFormat } from "../../../electron/contract/modelFormat";
import styles from "./Abilities.module.css";
import { abilities, type Ability } from "../../../electron/words/modelFormatWords";

export function Abilities({ format }: { readonly format: ModelFormat }) {
  return (
    <dl className={styles.list}>
      {abilities(format).map(({ name, answer, words }) => (
        <div key={name} className={styles.row} data-answer={answer}>
          <AnswerIcon answer={answer} />
          <dt>{name}</dt>
          <dd>
            {answerWords(answer)} {words}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function AnswerIcon({ answer }: Pick<Ability, "answer">) {
  const Icon = { yes: Check, no: Minus, unknown: CircleHelp }[answer];
  return <Icon size={14} aria-hidden className={styles.icon} />;
}

function answerWords(answer: Ability["answer"]): string {
  return { yes: "Yes.", no: "No.", unknown: "Not known." }[answer];
}

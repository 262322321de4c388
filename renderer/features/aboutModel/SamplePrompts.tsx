// A short conversation as the model reads it, in the ways that its format offers.
import { useState } from "react";
import type { PromptPiece, SamplePrompt } from "../../../electron/contract/modelFormat";

import { Segments } from "../../ui/Segments";
import { TextDetails } from "../../ui/TextDetails";
import { CopyButton } from "../chat/markdown/CopyButton";
import { templateProblemWords } from "../model/formatWords";
import { chooseSample, type SampleChoice } from "../../../electron/words/modelFormatWords";
import { ControlToken } from "./ControlToken";
import styles from "./SamplePrompts.module.css";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";

export function SamplePrompts({ samples }: { readonly samples: readonly SamplePrompt[] }) {
  const [choice, setChoice] = useState<SampleChoice | null>(null);
  const [usual] = samples;
  const sample = choice === null ? usual : chooseSample(samples, choice);
  if (sample === undefined || sample === null) return null;
  return (
    <>
      <p className={styles.words}>
        {sentences(
          t("A short conversation as the model reads it."),
          t("Control tokens are marked. The same letters typed in a message stay text."),
        )}
      </p>
      <Choices samples={samples} shown={sample} onChange={setChoice} />
      {sample.problem === null ? (
        <Prompt sample={sample} />
      ) : (
        <div className={styles.problem}>
          <p>
            {sentences(
              templateProblemWords(sample.problem.problem),
              t("Facet writes such a conversation in another format, and says so with the answer."),
            )}
          </p>
          <TextDetails text={sample.problem.detail} />
        </div>
      )}
    </>
  );
}

interface ChoicesProps {
  readonly samples: readonly SamplePrompt[];
  readonly shown: SamplePrompt;
  readonly onChange: (choice: SampleChoice) => void;
}

function Choices({ samples, shown: { isThinkingOn, hasTool }, onChange }: ChoicesProps) {
  const offersTools = samples.some((sample) => sample.hasTool);
  if (!offersTools && isThinkingOn === null) return null;
  return (
    <div className={styles.choices}>
      {offersTools && (
        <fieldset>
          <legend>{t("Conversation")}</legend>
          <Segments
            value={hasTool ? "tool" : "plain"}
            choices={[
              ["plain", t("Plain@@conversation, without tools")],
              ["tool", t("With a tool")],
            ]}
            onChange={(value) => onChange({ isThinkingOn, hasTool: value === "tool" })}
          />
        </fieldset>
      )}
      {isThinkingOn !== null && (
        <fieldset>
          <legend>{t("Thinking")}</legend>
          <Segments
            value={isThinkingOn ? "on" : "off"}
            choices={[
              ["on", t("On")],
              ["off", t("Off")],
            ]}
            onChange={(value) => onChange({ isThinkingOn: value === "on", hasTool })}
          />
        </fieldset>
      )}
    </div>
  );
}

function Prompt({ sample: { pieces, tokenCount, leftOutCharacterCount } }: { readonly sample: SamplePrompt }) {
  return (
    <div className={styles.block}>
      <div className={styles.header}>
        <span>
          {leftOutCharacterCount === 0
            ? t("{count, plural, one {# token} other {# tokens}}", { count: tokenCount })
            : t(
                "{tokens, plural, one {# token} other {# tokens}}, and {count, plural, one {# more character} other {# more characters}} not shown",
                { tokens: tokenCount, count: leftOutCharacterCount },
              )}
        </span>
        <CopyButton text={() => pieces.map(({ text }) => text).join("")} label={t("Copy the prompt")} words />
      </div>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.scroll} tabIndex={0} aria-label={t("Sample prompt")}>
        <pre className={styles.prompt} dir="ltr" translate="no">
          {pieces.map((piece, index) => (
            // The pieces of one prompt never change places.
            <Piece key={index} piece={piece} />
          ))}
          {/* In the line, so that a line break or a blank at the end is seen. */}
          {leftOutCharacterCount === 0 && <span className={styles.end}>{t("The model’s answer begins here")}</span>}
        </pre>
      </section>
    </div>
  );
}

function Piece({ piece: { text, controlTokenId } }: { readonly piece: PromptPiece }) {
  return controlTokenId === null ? text : <ControlToken text={text} id={controlTokenId} />;
}

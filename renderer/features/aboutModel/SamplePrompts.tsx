// A short conversation as the model reads it, in the ways that its format offers.
import { useState } from "react";
import type { PromptPiece, SamplePrompt } from "../../../electron/contract/modelFormat";
import { formatCount } from "../../../electron/words/quantities";
import { Segments } from "../../ui/Segments";
import { TextDetails } from "../../ui/TextDetails";
import { CopyButton } from "../chat/markdown/CopyButton";
import { templateProblemWords } from "../model/formatWords";
import { chooseSample, type SampleChoice } from "../../../electron/words/modelFormatWords";
import { ControlToken } from "./ControlToken";
import styles from "./SamplePrompts.module.css";

export function SamplePrompts({ samples }: { readonly samples: readonly SamplePrompt[] }) {
  const [choice, setChoice] = useState<SampleChoice | null>(null);
  const [usual] = samples;
  const sample = choice === null ? usual : chooseSample(samples, choice);
  if (sample === undefined || sample === null) return null;
  return (
    <>
      <p className={styles.words}>
        A short conversation as the model reads it. Control tokens are marked: typed in a message, the same letters stay
        text.
      </p>
      <Choices samples={samples} shown={sample} onChange={setChoice} />
      {sample.problem === null ? (
        <Prompt sample={sample} />
      ) : (
        <div className={styles.problem}>
          <p>
            {templateProblemWords(sample.problem.problem)}. Facet writes such a conversation in another format, and says
            so at the answer.
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
          <legend>Conversation</legend>
          <Segments
            value={hasTool ? "tool" : "plain"}
            choices={[
              ["plain", "Plain"],
              ["tool", "With a tool"],
            ]}
            onChange={(value) => onChange({ isThinkingOn, hasTool: value === "tool" })}
          />
        </fieldset>
      )}
      {isThinkingOn !== null && (
        <fieldset>
          <legend>Thinking</legend>
          <Segments
            value={isThinkingOn ? "on" : "off"}
            choices={[
              ["on", "On"],
              ["off", "Off"],
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
          {formatCount(tokenCount)} tokens
          {leftOutCharacterCount > 0 &&
            `, and ${formatCount(leftOutCharacterCount)} more characters that are not shown`}
        </span>
        <CopyButton text={() => pieces.map(({ text }) => text).join("")} label="Copy the prompt" words />
      </div>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.scroll} tabIndex={0} aria-label="Sample prompt">
        <pre className={styles.prompt} dir="ltr" translate="no">
          {pieces.map((piece, index) => (
            // The pieces of one prompt never change places.
            <Piece key={index} piece={piece} />
          ))}
          {/* In the line, so that a line break or a blank at the end is seen. */}
          {leftOutCharacterCount === 0 && <span className={styles.end}>The model’s answer begins here</span>}
        </pre>
      </section>
    </div>
  );
}

function Piece({ piece: { text, controlTokenId } }: { readonly piece: PromptPiece }) {
  return controlTokenId === null ? text : <ControlToken text={text} id={controlTokenId} />;
}

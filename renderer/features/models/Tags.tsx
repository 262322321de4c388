// What a user wants to know of a model before its files: licence, whether it must be asked for, what it is.
import { Lock } from "lucide-react";
import { t } from "../../../electron/words/language";
import type { HubGate } from "../../../electron/contract/hub";
import { Tooltip } from "../../ui/Tooltip";
import { licenceTitle } from "../../../electron/words/modelTitle";
import styles from "./Tags.module.css";

interface TagsProps {
  readonly licence: string | null;
  readonly gate: HubGate;
  /** "8.2B", "128k context". */
  readonly facts: readonly string[];
}

export function Tags({ licence, gate, facts }: TagsProps) {
  return (
    <span className={styles.tags}>
      {gate !== "open" && (
        <Tooltip
          text={
            gate === "auto"
              ? t("Accept the author’s terms on the model’s Hugging Face page, and add an access token here.")
              : t(
                  "The author decides who may download it. Ask on the model’s Hugging Face page, and add an access token here.",
                )
          }
        >
          <span className={styles.tag} data-gated="">
            <Lock size={11} />
            {t("Access needed")}
          </span>
        </Tooltip>
      )}
      {licence !== null && <span className={styles.tag}>{licenceTitle(licence)}</span>}
      {facts.map((fact) => (
        <span key={fact} className={styles.tag}>
          {fact}
        </span>
      ))}
    </span>
  );
}

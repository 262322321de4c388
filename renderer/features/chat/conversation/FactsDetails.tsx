// All that was measured with an answer, on request.
import { Ellipsis } from "lucide-react";
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import type { AnswerFacts } from "../../../../electron/contract/chat";
import type { NamedStack } from "../../../../electron/contract/deltas";
import styles from "./FactsDetails.module.css";
import { factsTable } from "./factsText";
import { t } from "../../../../electron/words/language";

export function FactsDetails({ facts, stack }: { readonly facts: AnswerFacts; readonly stack: NamedStack }): ReactNode {
  return (
    <Popover.Root>
      <Popover.Trigger className={styles.trigger} aria-label={t("Details of this answer")} title={t("Details")}>
        <Ellipsis size={14} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles.content}
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t("Details of this answer")}
        >
          <dl className={styles.table}>
            {factsTable(facts, stack).map(([name, value]) => (
              <div key={`${name} ${value}`}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

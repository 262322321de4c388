// Whom the next question goes to, above the message field: a menu per column, one more, and the way back to one answer.
import { Columns3, Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { MAX_COMPARED } from "../../../../electron/contract/deltas";
import { ActionButton } from "../../../app/ActionButton";
import { IconButton } from "../../../ui/IconButton";
import styles from "./ColumnChoices.module.css";
import { ColumnMenu } from "./ColumnMenu";
import { type ColumnPlan, withOneMore } from "./columnPlan";
import { chooseColumns } from "./sideBySide";
import { t } from "../../../../electron/words/language";

export function ColumnChoices({ plan }: { readonly plan: ColumnPlan }): ReactNode {
  return (
    <fieldset className={styles.row} aria-label={t("Side by side")}>
      <Columns3 size={15} aria-hidden />
      {plan.kind === "ready" ? (
        <>
          {plan.columns.map((stack, index) => (
            // A column is its place: another fine-tune in it is the same menu.
            <ColumnMenu key={index} columns={plan.columns} index={index} stack={stack} fineTunes={plan.fineTunes} />
          ))}
          {plan.columns.length < MAX_COMPARED && (
            <IconButton
              name={t("Add a column")}
              icon={<Plus size={15} />}
              onClick={() => chooseColumns(withOneMore(plan.columns, plan.fineTunes))}
            />
          )}
        </>
      ) : (
        <span className={styles.checking}>{t("Checking which fine-tunes fit this model…")}</span>
      )}
      <ActionButton
        action="toggle-side-by-side"
        className={styles.leave}
        name={t("Back to one answer")}
        icon={<X size={15} />}
      />
    </fieldset>
  );
}

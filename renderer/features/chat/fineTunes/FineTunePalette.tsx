// Who answers next, by keyboard: names are filtered as they are typed.
import { Check, Layers } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { pageActions } from "../../../app/actions";
import { useApp } from "../../../app/appStore";
import { failureText } from "../../../../electron/words/failureText";
import { formatChord, isMac } from "../../../app/keyChord";
import { closeDialog } from "../../../app/layout";
import { Button } from "../../../ui/Button";
import { QueryDialog } from "../../../ui/QueryDialog";
import { chatStore } from "../chatStore";
import { changeDraft, draftKey } from "../composer/draft";
import { focusComposer } from "../composer/focusComposer";
import { changeChatStack, useChatStack } from "./chatStack";
import type { FineTuneChoice } from "./fineTuneChoices";
import { FineTuneLine } from "./FineTuneLine";
import styles from "./FineTunePalette.module.css";
import { paletteOptions } from "./paletteOptions";
import { isFull, toggled } from "./stackChanges";
import { useFineTunes } from "./useFineTunes";
import { t } from "../../../../electron/words/language";
import { richText } from "../../../ui/richText";

const hintTags = { kbd: (keys: ReactNode) => <kbd>{keys}</kbd> };

export function FineTunePalette() {
  const stack = useChatStack();
  const choices = useFineTunes();
  const platform = useApp((state) => state.platform);
  const [query, setQuery] = useState("");
  const options = paletteOptions(choices, query);

  const finish = () => {
    closeDialog();
    requestAnimationFrame(focusComposer);
  };
  /** null: the base. */
  const answerWith = (choice: FineTuneChoice | null) => {
    changeChatStack(choice === null ? [] : [choice.entry]);
    finish();
  };
  const isChosen = (choice: FineTuneChoice | null) => (choice === null ? stack.length === 0 : choice.isChosen);
  const addOrRemove = (choice: FineTuneChoice | null) =>
    changeChatStack(choice === null ? [] : toggled(stack, choice.entry));

  const withMod = (event: { readonly metaKey: boolean; readonly ctrlKey: boolean }) =>
    isMac(platform) ? event.metaKey : event.ctrlKey;
  const handleOtherKey = (event: KeyboardEvent, active: FineTuneChoice | null | undefined): boolean => {
    if (query !== "") return false;
    // In a name that is being typed it is a letter.
    if (event.key === " " && active !== undefined) {
      addOrRemove(active);
      return true;
    }
    // Twice, it is the first letter of a message.
    if (event.key === "/") {
      changeDraft(draftKey(chatStore.getState()), (draft) => ({ ...draft, text: "/" }));
      finish();
      return true;
    }
    return false;
  };

  const addKeys = { keys: formatChord("Mod+Enter", platform) };
  return (
    <QueryDialog
      label={t("Switch fine-tune")}
      fieldLabel={t("Name of a fine-tune")}
      placeholder={t("Who answers next?")}
      maxLength={120}
      icon={<Layers size={16} aria-hidden />}
      query={query}
      onQuery={setQuery}
      items={options}
      itemKey={(choice) => choice?.entry.deltaId ?? "base"}
      renderItem={(choice) => <Choice choice={choice} isChosen={isChosen(choice)} />}
      listLabel={t("Fine-tunes that fit this model")}
      isSelected={isChosen}
      onChoose={(choice, event) => (withMod(event) ? addOrRemove : answerWith)(choice)}
      onOtherKey={handleOtherKey}
      onClose={closeDialog}
      nothing={query.trim() !== "" && options.length === 0 ? t("No fine-tune with that name fits this model.") : ""}
      belowList={choices.length === 0 && <NoFineTunes />}
      footer={
        choices.length > 0 && (
          <p className={styles.hints}>
            <span>
              {richText("<kbd>{keys}</kbd> only this one", hintTags, { keys: formatChord("Enter", platform) })}
            </span>
            <span>
              {isFull(stack)
                ? richText("<kbd>{keys}</kbd> remove from the stack, which is full", hintTags, addKeys)
                : richText("<kbd>{keys}</kbd> add or remove", hintTags, addKeys)}
            </span>
          </p>
        )
      }
    />
  );
}

function Choice({ choice, isChosen }: { readonly choice: FineTuneChoice | null; readonly isChosen: boolean }) {
  const problem = choice?.problem ?? null;
  return (
    <div className={styles.choice} data-chosen={isChosen || undefined}>
      <FineTuneLine
        entry={choice?.entry ?? null}
        {...(problem === null ? {} : { note: failureText(problem).happened })}
      />
      <Check size={15} className={styles.check} aria-hidden />
    </div>
  );
}

function NoFineTunes() {
  return (
    <div className={styles.none}>
      <p>{t("No fine-tunes yet")}</p>
      <Button
        onClick={() => {
          closeDialog();
          pageActions["open-fine-tunes"].run();
        }}
      >
        {t("Get a fine-tune")}
      </Button>
    </div>
  );
}

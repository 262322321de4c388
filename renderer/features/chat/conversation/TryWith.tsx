// Another answer to the same question, by another mind or thought about otherwise: a sibling of this one. The chat's own choices stay.
import { GitBranch } from "lucide-react";
import type { NamedStack } from "../../../../electron/contract/deltas";
import type { MessageId } from "../../../../electron/contract/ids";
import { IconButton } from "../../../ui/IconButton";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../../../ui/Menu";
import { useDeltas } from "../../deltas/deltas";
import { FineTuneLine } from "../fineTunes/FineTuneLine";
import { useFineTunes } from "../fineTunes/useFineTunes";
import { tryWords } from "../thinking/thinkingOptions";
import { useWaysToThink } from "../thinking/useThinking";
import { regenerateAnswer } from "./answerActions";
import { t } from "../../../../electron/words/language";

interface TryWithProps {
  readonly messageId: MessageId;
  readonly name?: string;
  /** Side by side, another fine-tune is another column. */
  readonly isCompared?: boolean;
  readonly disabled: boolean;
}

/** Nothing where there is no other way. `stack`: of the answer. */
export function TryWith({
  stack,
  name = t("Try with…"),
  disabled,
  ...choices
}: TryWithProps & { readonly stack: NamedStack }) {
  const hasFineTunes = useDeltas((state) => state.list.length > 0) || stack.length > 0;
  const hasWays = useWaysToThink().length > 0;
  if (!hasWays && (choices.isCompared === true || !hasFineTunes)) return null;
  return (
    <Menu
      align="end"
      trigger={<IconButton name={name} icon={<GitBranch size={14} aria-hidden />} disabled={disabled} />}
    >
      <Choices {...choices} />
    </Menu>
  );
}

/** Made only while the menu is open. */
function Choices({ messageId, isCompared = false }: Pick<TryWithProps, "messageId" | "isCompared">) {
  const fineTunes = useFineTunes().filter(({ canBeChosen }) => canBeChosen);
  const ways = useWaysToThink();
  const answerWith = (stack: NamedStack) => () => void regenerateAnswer(messageId, { stack });
  return (
    <>
      <MenuLabel>{t("Try with")}</MenuLabel>
      {ways.map((way) => (
        <MenuItem key={way.key} onSelect={() => void regenerateAnswer(messageId, { thinking: way.choice })}>
          {tryWords(way)}
        </MenuItem>
      ))}
      {!isCompared && (
        <>
          {ways.length > 0 && <MenuSeparator />}
          <MenuItem onSelect={answerWith([])}>
            <FineTuneLine entry={null} />
          </MenuItem>
          {fineTunes.map(({ entry }) => (
            <MenuItem key={entry.deltaId} onSelect={answerWith([entry])}>
              <FineTuneLine entry={entry} />
            </MenuItem>
          ))}
        </>
      )}
    </>
  );
}

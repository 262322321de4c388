// Another answer to the same question, by another mind: a sibling of this one. The chat's own choice stays as it is.
import { GitBranch } from "lucide-react";
import type { NamedStack } from "../../../../electron/contract/deltas";
import type { MessageId } from "../../../../electron/contract/ids";
import { IconButton } from "../../../ui/IconButton";
import { Menu, MenuItem, MenuLabel } from "../../../ui/Menu";
import { FineTuneLine } from "../fineTunes/FineTuneLine";
import { useFineTunes } from "../fineTunes/useFineTunes";
import { regenerateAnswer } from "./answerActions";

export function TryWith({ messageId, disabled }: { readonly messageId: MessageId; readonly disabled: boolean }) {
  return (
    <Menu align="end" trigger={<IconButton name="Try with …" icon={<GitBranch size={14} aria-hidden />} disabled={disabled} />}>
      <Choices messageId={messageId} />
    </Menu>
  );
}

/** Made only while the menu is open. */
function Choices({ messageId }: { readonly messageId: MessageId }) {
  const choices = useFineTunes().filter(({ canBeChosen }) => canBeChosen);
  const answerWith = (stack: NamedStack) => () => void regenerateAnswer(messageId, stack);
  return (
    <>
      <MenuLabel>Try with</MenuLabel>
      <MenuItem onSelect={answerWith([])}>
        <FineTuneLine entry={null} />
      </MenuItem>
      {choices.map(({ entry }) => (
        <MenuItem key={entry.deltaId} onSelect={answerWith([entry])}>
          <FineTuneLine entry={entry} />
        </MenuItem>
      ))}
    </>
  );
}

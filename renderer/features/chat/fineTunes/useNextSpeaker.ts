// Who will answer the next message of the open chat, and the sentence about what is left out of its stack.
import { useMemo } from "react";
import type { NamedStack } from "../../../../electron/contract/deltas";
import { useChatStack } from "./chatStack";
import { leftOutWords } from "./leftOutWords";
import { useFineTunes } from "./useFineTunes";

/** leftOut null: all of the stack answers. */
export function useNextSpeaker(): { readonly stack: NamedStack; readonly leftOut: string | null } {
  const stack = useChatStack();
  const choices = useFineTunes();
  return useMemo(() => {
    const leftOut = choices.filter(({ isChosen, problem }) => isChosen && problem !== null);
    const leftOutIds = new Set(leftOut.map(({ entry }) => entry.deltaId));
    return {
      stack: stack.filter(({ deltaId }) => !leftOutIds.has(deltaId)),
      leftOut: leftOutWords(leftOut, stack.length),
    };
  }, [stack, choices]);
}

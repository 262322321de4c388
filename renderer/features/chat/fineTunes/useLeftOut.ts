// The sentence before a message is sent without something of the chat's stack.
import { useChatStack } from "./chatStack";
import { leftOutWords } from "./leftOutWords";
import { useFineTunes } from "./useFineTunes";

/** null: all of the stack answers. */
export function useLeftOut(): string | null {
  const stack = useChatStack();
  const choices = useFineTunes();
  return leftOutWords(choices.filter(({ isChosen, problem }) => isChosen && problem !== null), stack.length);
}

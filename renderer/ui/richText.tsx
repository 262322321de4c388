// Messages with parts that are more than text: "Stored in <folder>{path}</folder>."
import { Fragment, createElement, type ReactNode } from "react";
import { formatOf, type MessageGiven } from "../../electron/words/language";
import type { MessageValues } from "../../electron/words/messageValues";

/** What becomes of the text between a tag's two ends. */
type Tags = Readonly<Record<string, (text: ReactNode) => ReactNode>>;

/** Like t, with a function for each tag of the message. No tag has the name of a value, which it would replace. */
export function richText<const Message extends string>(
  message: Message,
  tags: Tags & { readonly [Name in keyof MessageValues<Message>]?: never },
  ...given: MessageGiven<Message>
): ReactNode {
  const values: Record<string, string | number> | undefined = given[0];
  const ofTags = Object.fromEntries(
    Object.entries(tags).map(([name, draw]) => [name, (parts: ReactNode[]) => draw(together(parts))]),
  );
  const drawn = formatOf(message).format<ReactNode>({ ...values, ...ofTags });
  return Array.isArray(drawn) ? together(drawn) : drawn;
}

/** As children of their own places, so that none needs a key. */
function together(parts: readonly ReactNode[]): ReactNode {
  return createElement(Fragment, null, ...parts);
}

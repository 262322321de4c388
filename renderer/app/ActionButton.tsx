// An icon button for an action of the table, which gives it its icon, its keys and what it does.
import type { ComponentProps } from "react";
import { IconButton } from "../ui/IconButton";
import { type ButtonActionName, keysOf, pageActions } from "./actions";

interface ActionButtonProps extends Omit<ComponentProps<typeof IconButton>, "icon" | "onClick"> {
  readonly action: ButtonActionName;
  /** Another one than the action's own. */
  readonly icon?: ComponentProps<typeof IconButton>["icon"];
}

export function ActionButton({ action, icon, ...rest }: ActionButtonProps) {
  const { icon: Icon, run } = pageActions[action];
  return <IconButton keys={keysOf(action)} icon={icon ?? <Icon size={16} />} onClick={run} {...rest} />;
}

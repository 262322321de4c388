// A menu item for an action of the table, which gives it its icon, its keys and what it does.
import type { ComponentProps } from "react";
import { MenuItem } from "../ui/Menu";
import { type ButtonActionName, keysOf, pageActions } from "./actions";

interface ActionMenuItemProps extends Omit<ComponentProps<typeof MenuItem>, "icon" | "keys"> {
  readonly action: ButtonActionName;
}

export function ActionMenuItem({ action, ...rest }: ActionMenuItemProps) {
  const { icon: Icon, run } = pageActions[action];
  return <MenuItem icon={<Icon size={15} />} keys={keysOf(action)} onSelect={run} {...rest} />;
}

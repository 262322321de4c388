// A menu that opens from a button: Radix's keyboard and roles, our look. Not modal, so nothing is injected into the page.
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactElement, ReactNode } from "react";
import styles from "./Menu.module.css";

interface MenuProps {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: "start" | "center" | "end";
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  /** Called when the menu is gone; preventDefault keeps the focus from going back to the trigger. */
  readonly onCloseAutoFocus?: (event: Event) => void;
}

export function Menu({ trigger, children, align = "start", open, onOpenChange, onCloseAutoFocus }: MenuProps) {
  return (
    <Radix.Root
      modal={false}
      {...(open === undefined ? {} : { open })}
      {...(onOpenChange === undefined ? {} : { onOpenChange })}
    >
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={styles.content}
          align={align}
          sideOffset={5}
          collisionPadding={8}
          loop
          {...(onCloseAutoFocus === undefined ? {} : { onCloseAutoFocus })}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps extends Omit<ComponentProps<typeof Radix.Item>, "children"> {
  readonly icon?: ReactNode;
  readonly keys?: string | undefined;
  readonly danger?: boolean;
  readonly children: ReactNode;
}

export function MenuItem({ icon, keys, danger = false, children, ...rest }: MenuItemProps) {
  return (
    <Radix.Item className={styles.item} {...(danger ? { "data-danger": "" } : {})} {...rest}>
      {icon}
      {children}
      {keys !== undefined && <kbd className={styles.keys}>{keys}</kbd>}
    </Radix.Item>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className={styles.separator} />;
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Radix.Label className={styles.label}>{children}</Radix.Label>;
}

/** One of several, of which one is chosen. */
export const MenuRadioGroup = Radix.RadioGroup;

export function MenuRadioItem({ children, ...rest }: ComponentProps<typeof Radix.RadioItem>) {
  return (
    <Radix.RadioItem className={styles.item} {...rest}>
      {children}
    </Radix.RadioItem>
  );
}

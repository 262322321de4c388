// A square button with an icon; its name is its tooltip and its label.
import type { ComponentProps, ReactNode } from "react";
import styles from "./IconButton.module.css";
import { Tooltip } from "./Tooltip";

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  readonly name: string;
  /** Keys shown in the tooltip, "Ctrl B". */
  readonly keys?: string | undefined;
  readonly icon: ReactNode;
}

export function IconButton({ name, keys, icon, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={name} keys={keys}>
      <button
        type="button"
        aria-label={name}
        className={className === undefined ? styles.button : `${styles.button} ${className}`}
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  );
}

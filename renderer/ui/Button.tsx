// The one kind of button with words on it; "primary" is what the user most likely wants next.
import type { ComponentProps } from "react";
import styles from "./Button.module.css";

interface ButtonProps extends ComponentProps<"button"> {
  readonly look?: "plain" | "primary" | "quiet";
}

export function Button({ look = "plain", className, ...rest }: ButtonProps) {
  const names = [styles.button, styles[look], className].filter((name) => name !== undefined);
  return <button type="button" className={names.join(" ")} {...rest} />;
}

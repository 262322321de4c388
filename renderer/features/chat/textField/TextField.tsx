// A field for texts of several lines: every one in the app. What comes in at once is looked at first (useIntake.ts).
import { useEffect, useRef, type ComponentProps, type ReactNode } from "react";
import { IntakeLine } from "./IntakeLine";
import { useIntake, type IntakeOptions } from "./useIntake";

const NOTHING: readonly string[] = [];

export interface TextFieldProps
  extends
    Omit<IntakeOptions, "beside">,
    Omit<ComponentProps<"textarea">, keyof IntakeOptions | "value" | "ref" | "onPaste"> {
  readonly value: string;
  /** Texts that are sent along with it. */
  readonly beside?: readonly string[];
  /** Takes the focus when it appears, to go on behind what stands there. */
  readonly focusAtEnd?: boolean;
}

export function TextField({
  owner,
  limits,
  beside = NOTHING,
  onChange,
  onLongText,
  value,
  focusAtEnd = false,
  ...rest
}: TextFieldProps): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null);
  const intake = useIntake(field, { owner, limits, beside, onChange, onLongText });
  useEffect(() => {
    if (!focusAtEnd || field.current === null) return;
    field.current.focus();
    field.current.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [focusAtEnd]);
  return (
    <>
      <textarea
        ref={field}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onPaste={intake.onPaste}
        {...rest}
      />
      <IntakeLine intake={intake} />
    </>
  );
}

// A field that a number is typed into: every one in the app. What is pasted or dropped is filtered before it enters.
import { useEffect, useRef, type ComponentProps, type ReactNode } from "react";
import { MAX_NUMBER_CHARACTERS, numbersOnly } from "./numbersOnly";

interface NumberInputProps extends Omit<ComponentProps<"input">, "value" | "onChange" | "type" | "maxLength" | "ref"> {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

export function NumberInput({ value, onChange, ...rest }: NumberInputProps): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const element = field.current;
    element?.addEventListener("beforeinput", filterInput);
    return () => element?.removeEventListener("beforeinput", filterInput);
  }, []);
  return (
    <input
      ref={field}
      inputMode="decimal"
      autoComplete="off"
      maxLength={MAX_NUMBER_CHARACTERS}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...rest}
    />
  );
}

function filterInput(event: InputEvent): void {
  const { currentTarget: field, inputType, cancelable } = event;
  if (!(field instanceof HTMLInputElement) || !cancelable || !inputType.startsWith("insert")) return;
  const text = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
  const { value, selectionStart, selectionEnd } = field;
  const replaced = inputType === "insertFromDrop" ? 0 : (selectionEnd ?? 0) - (selectionStart ?? 0);
  const kept = numbersOnly(text, MAX_NUMBER_CHARACTERS - value.length + replaced);
  if (kept === text) return;
  event.preventDefault();
  // Undo knows of it.
  if (kept !== "") document.execCommand("insertText", false, kept);
}

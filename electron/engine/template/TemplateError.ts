// What goes wrong with a chat template. Engine process.

/** "raised": the template itself refused by raise_exception; "too-long": it wrote more than a prompt can hold; "failed": all else. */
export type TemplateErrorKind = "raised" | "failed" | "too-long";

/** The message may quote the conversation: it is for the user, never for a log. */
export class TemplateError extends Error {
  readonly kind: TemplateErrorKind;

  constructor(kind: TemplateErrorKind, message: string) {
    super(message);
    this.name = "TemplateError";
    this.kind = kind;
  }
}

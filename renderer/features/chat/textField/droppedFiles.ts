// Files that were dropped on a text field and turned out to hold no model: handed to the field as an event of its own.

export const FILES_DROPPED = "facet-files-dropped";
/** On the part of the window around a field whose drops are meant for it. */
export const DROP_AREA = "data-drop-area";

/** The field that a drop at this place is meant for, if any. */
export function fieldAt(target: EventTarget | null): HTMLTextAreaElement | null {
  return target instanceof Element ? (target.closest(`[${DROP_AREA}]`)?.querySelector("textarea") ?? null) : null;
}

export function handFiles(field: HTMLTextAreaElement, files: readonly File[]): void {
  field.dispatchEvent(new CustomEvent(FILES_DROPPED, { detail: files, cancelable: true }));
}

export function droppedFiles(event: Event): readonly File[] {
  return event instanceof CustomEvent && Array.isArray(event.detail)
    ? event.detail.filter((file) => file instanceof File)
    : [];
}

// What comes into a text field at once, pasted, dropped or put there by another program: nothing that does not fit gets in, nothing
// that makes the field slow, and nothing is dropped without a word.
import { useEffect, useEffectEvent, useRef, useState, type ClipboardEvent, type RefObject } from "react";
import { droppedFiles, FILES_DROPPED } from "./droppedFiles";
import { beginningThatFits, beginningWords, judge, surelyFits, type Limits } from "./fits";
import { insertAsTyped, placeIn, withText, type Place } from "./insertAsTyped";
import { readTextFile } from "./readTextFile";
import { isHeavy } from "./textWeight";
import { trackLanding } from "./landingTexts";
import { t } from "../../../../electron/words/language";

/** Where a long text has no other place, the field may take a few tenths of a second. */
const SLOW_FIELD = 3;

export interface IntakeOptions {
  /** Whose text it is: the chat, say. What comes for one does not get into the other's. */
  readonly owner: string;
  /** Asked when something comes. */
  readonly limits: () => Limits;
  /** Texts that are sent along with the field's. */
  readonly beside: readonly string[];
  readonly onChange: (text: string) => void;
  /** Takes a text that the field would be slow with; without it, such a text is refused. */
  readonly onLongText?: ((text: string) => void) | undefined;
}

export interface Intake {
  /** Said about what came last. */
  readonly sentence: string | null;
  /** Present where a beginning of the refused text would fit. */
  readonly insertBeginning: (() => void) | null;
  readonly dismiss: () => void;
  readonly onPaste: (event: ClipboardEvent<HTMLTextAreaElement>) => void;
}

interface Note {
  readonly owner: string;
  readonly sentence: string;
  /** The refused text, where a beginning of it would fit. */
  readonly text: string | null;
}

export function useIntake(field: RefObject<HTMLTextAreaElement | null>, options: IntakeOptions): Intake {
  const [note, setNote] = useState<Note | null>(null);
  const isOwnInsertion = useRef(false);
  const isMoving = useRef(false);
  const shownOwner = useRef(options.owner);
  useEffect(() => {
    shownOwner.current = options.owner;
  });
  const { owner } = options;
  const say = (sentence: string, text: string | null = null) => setNote({ owner, sentence, text });

  function isTooSlow(text: string, place: Place): boolean {
    return options.onLongText === undefined && isHeavy(withText(place, text), SLOW_FIELD);
  }

  /** What is beside a text that takes its place. */
  function restOf(place: Place): string {
    return [withText(place, ""), ...options.beside].join("");
  }

  function put(text: string, place: Place): void {
    if (options.onLongText !== undefined && isHeavy(withText(place, text))) {
      options.onLongText(text);
      return;
    }
    const element = shownOwner.current === owner ? field.current : null;
    isOwnInsertion.current = true;
    const isThere = element !== null && insertAsTyped(element, text, place);
    isOwnInsertion.current = false;
    if (!isThere) options.onChange(withText(place, text));
  }

  async function putIfItFits(text: string, place: Place, limits: Limits): Promise<boolean> {
    const verdict = await judge(text, restOf(place), limits);
    if (!verdict.fits) say(verdict.sentence, verdict.canBegin ? text : null);
    else if (isTooSlow(text, place)) say(t("This text has too many lines or symbols for this field."));
    else {
      put(text, place);
      return true;
    }
    return false;
  }

  function take(text: string, place: Place): void {
    setNote(null);
    trackLanding(putIfItFits(text.replaceAll(/\r\n?/gu, "\n"), place, options.limits()));
  }

  async function takeFiles(files: readonly File[]): Promise<boolean> {
    const element = field.current;
    if (element === null) return false;
    const place = placeIn(element);
    const texts = await Promise.all(files.map(readTextFile));
    const readable = texts.filter((text) => text !== null);
    if (readable.length < texts.length) {
      say(t("Facet reads only text files."));
      return false;
    }
    return putIfItFits(readable.join("\n\n").replaceAll(/\r\n?/gu, "\n"), place, options.limits());
  }

  function dismiss(): void {
    setNote(null);
    field.current?.focus();
  }

  async function insertBeginning(text: string): Promise<void> {
    const element = field.current;
    if (element === null) return;
    const place = placeIn(element);
    // Once is enough; and the button, which goes, has the focus.
    dismiss();
    const beginning = await beginningThatFits(text, restOf(place), options.limits());
    put(beginning.text, place);
    say(beginningWords(beginning, text));
  }

  const beforeInput = useEffectEvent((event: InputEvent) => {
    if (isOwnInsertion.current || !event.cancelable) return;
    if (event.inputType === "deleteByDrag") isMoving.current = true;
    if (!event.inputType.startsWith("insert")) return;
    const isMoved = isMoving.current && event.inputType === "insertFromDrop";
    isMoving.current = false;
    const text = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
    const element = field.current;
    // A single key is no text that comes at once.
    if (isMoved || element === null || text.length < 2) return;
    const place = placeIn(element);
    const fits = surelyFits(text, restOf(place), options.limits()) && !isTooSlow(text, place);
    const isLong = options.onLongText !== undefined && isHeavy(withText(place, text));
    if (fits) setNote(null);
    if (fits && !isLong) return;
    event.preventDefault();
    if (fits) put(text, place);
    else take(text, place);
  });

  const filesDropped = useEffectEvent((event: Event) => {
    event.preventDefault();
    setNote(null);
    trackLanding(takeFiles(droppedFiles(event)));
  });

  useEffect(() => {
    const element = field.current;
    element?.addEventListener("beforeinput", beforeInput);
    element?.addEventListener(FILES_DROPPED, filesDropped);
    return () => {
      element?.removeEventListener("beforeinput", beforeInput);
      element?.removeEventListener(FILES_DROPPED, filesDropped);
    };
  }, [field]);

  const shown = note?.owner === owner ? note : null;
  const refused = shown?.text ?? null;
  return {
    sentence: shown?.sentence ?? null,
    insertBeginning: refused === null ? null : () => trackLanding(insertBeginning(refused).then(() => true)),
    dismiss,
    onPaste(event) {
      const { clipboardData } = event;
      // Office programs put a picture of the text beside the text.
      if (clipboardData.files.length === 0 || clipboardData.getData("text/plain") !== "") return;
      event.preventDefault();
      setNote(null);
      trackLanding(takeFiles([...clipboardData.files]));
    },
  };
}

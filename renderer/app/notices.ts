// Short messages at the edge of the window: a failure, or words with one thing that can be done about them.
import { createStore, useStore } from "zustand";
import type { Failure } from "../../electron/contract/failure";
import { detailsOf } from "../../electron/contract/failureDetails";

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export type ShownNotice =
  | { readonly id: string; readonly kind: "failure"; readonly failure: Failure; readonly fromMain: boolean }
  | { readonly id: string; readonly kind: "offer"; readonly text: string; readonly action: NoticeAction };

/** More would cover the conversation; the newest are shown. Those of main wait for their turn, others are dropped. */
const MAX_SHOWN_NOTICES = 4;

export const noticeStore = createStore<{ readonly notices: readonly ShownNotice[] }>()(() => ({ notices: [] }));

let nextId = 1;

export function showFailure(failure: Failure): void {
  add({ id: `notice-${nextId++}`, kind: "failure", failure, fromMain: false });
}

/** A notice that main keeps until it is dismissed there. */
export function showNoticeFromMain(id: string, failure: Failure): void {
  add({ id, kind: "failure", failure, fromMain: true });
}

/** Goes by itself after a while, so that it must not be the only way to do it. */
export function showOffer(text: string, action: NoticeAction): void {
  add({ id: `notice-${nextId++}`, kind: "offer", text, action });
}

export function dismiss(id: string): void {
  noticeStore.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

export function useNotices(): readonly ShownNotice[] {
  return useStore(noticeStore, (state) => state.notices).slice(-MAX_SHOWN_NOTICES);
}

function add(notice: ShownNotice): void {
  noticeStore.setState(({ notices }) => {
    const others = notices.filter((other) => other.id !== notice.id && !sameFailure(other, notice));
    const kept = [...others, notice];
    return {
      notices: kept.filter((each, index) => isFromMain(each) || index >= kept.length - MAX_SHOWN_NOTICES),
    };
  });
}

function isFromMain(notice: ShownNotice): boolean {
  return notice.kind === "failure" && notice.fromMain;
}

/** The same failure twice is one notice: a full disk is met by every write. Main has one for each file, with the newest count. */
function sameFailure(one: ShownNotice, other: ShownNotice): boolean {
  if (one.kind !== "failure" || other.kind !== "failure") return false;
  const [a, b] = [one.failure, other.failure];
  if (one.fromMain && other.fromMain) return a.code === b.code && detailsOf(a)["file"] === detailsOf(b)["file"];
  return JSON.stringify(a) === JSON.stringify(b);
}

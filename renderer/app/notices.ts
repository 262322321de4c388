// Short messages at the edge of the window: a failure, or something that can be taken back.
import { createStore, useStore } from "zustand";
import type { Failure } from "../../electron/contract/failure";

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export type ShownNotice =
  | { readonly id: string; readonly kind: "failure"; readonly failure: Failure }
  | { readonly id: string; readonly kind: "undo"; readonly text: string; readonly action: NoticeAction };

export const noticeStore = createStore<{ readonly notices: readonly ShownNotice[] }>()(() => ({ notices: [] }));

let nextId = 1;

export function showFailure(failure: Failure, id = `notice-${nextId++}`): void {
  add({ id, kind: "failure", failure });
}

export function showUndo(text: string, action: NoticeAction): void {
  add({ id: `notice-${nextId++}`, kind: "undo", text, action });
}

export function dismiss(id: string): void {
  noticeStore.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

export function useNotices(): readonly ShownNotice[] {
  return useStore(noticeStore, (state) => state.notices);
}

function add(notice: ShownNotice): void {
  noticeStore.setState(({ notices }) => ({ notices: [...notices.filter((other) => other.id !== notice.id), notice] }));
}

// What a user does with fine-tunes outside a conversation. Renderer.
import type { Delta } from "../../../electron/contract/deltas";
import { t } from "../../../electron/words/language";
import type { DeltaId, ModelId } from "../../../electron/contract/ids";
import { callOrNotify } from "../../app/bridge";
import { layoutStore, showPage } from "../../app/layout";
import { showOffer } from "../../app/notices";
import { changeChatStack } from "../chat/fineTunes/chatStack";
import { entryOf } from "../chat/fineTunes/stackChanges";
import { showDetails } from "./fineTunesRoute";

/** From now on it alone answers in the open chat. */
export function answerWith(delta: Delta): void {
  changeChatStack([entryOf(delta, 1)]);
  showPage("chat");
}

/** By the system's file dialog. `baseId`: the model that a PEFT adapter is converted for. */
export function addDeltaFile(baseId: ModelId | null = null): Promise<void> {
  return showWhenAdded(callOrNotify("deltas.addFile", baseId === null ? undefined : { baseId }));
}

/** One that is in Facet's folder already. */
export function addFoundDelta(fileName: string): Promise<void> {
  return showWhenAdded(callOrNotify("deltas.addFound", { fileName }));
}

async function showWhenAdded(adding: Promise<Delta | null>): Promise<void> {
  const { page } = layoutStore.getState();
  const added = await adding;
  if (added === null) return;
  // A large one takes a while: who went elsewhere meanwhile is not fetched back.
  if (layoutStore.getState().page === page) showDetails(added.id);
  else
    showOffer(t("“{name}” was added.", { name: added.name }), {
      label: t("Show details"),
      run: () => showDetails(added.id),
    });
}

/** In the header: before another one, null = last. */
export async function placeDelta(deltaId: DeltaId, beforeId: DeltaId | null): Promise<void> {
  await callOrNotify("deltas.place", { deltaId, beforeId });
}

export async function renameDelta(deltaId: DeltaId, name: string): Promise<void> {
  await callOrNotify("deltas.rename", { deltaId, name });
}

/** To the trash. */
export async function deleteDelta(deltaId: DeltaId): Promise<void> {
  await callOrNotify("deltas.delete", { deltaId });
}

/** compact: of 1-bit deltas, smaller, for keeping and sharing; Facet alone can read it. */
export async function exportDelta(
  { id, name }: Pick<Delta, "id" | "name">,
  { compact }: { readonly compact: boolean } = { compact: false },
): Promise<void> {
  const fileName = await callOrNotify("deltas.export", { deltaId: id, compact });
  if (fileName !== null)
    showOffer(t("“{name}” was exported as {fileName}.", { name, fileName }), {
      label: t("Show details"),
      run: () => showDetails(id),
    });
}

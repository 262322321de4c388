// Loads an installed model, or leads to the chat when it is loaded.
import type { InstalledModel } from "../../../electron/contract/model";
import { t } from "../../../electron/words/language";
import { useApp } from "../../app/appStore";
import { showPage } from "../../app/layout";
import { Button } from "../../ui/Button";
import { loadedModel } from "../model/loadedModel";
import { loadModel } from "./installed";

export function LoadButton({ model }: { readonly model: InstalledModel }) {
  const loaded = useApp(({ engine }) => loadedModel(engine)?.modelId === model.id);
  const loading = useApp(
    ({ engine }) => (engine.kind === "loading" || engine.kind === "starting") && engine.modelId === model.id,
  );
  if (loaded)
    return (
      <Button aria-label={t("Chat with {name}", { name: model.name })} onClick={() => showPage("chat")}>
        {t("Chat@@verb")}
      </Button>
    );
  return (
    <Button
      aria-label={loading ? t("Loading {name}", { name: model.name }) : t("Load {name}", { name: model.name })}
      disabled={loading}
      onClick={() => void loadModel(model.id)}
    >
      {loading ? t("Loading") : t("Load")}
    </Button>
  );
}

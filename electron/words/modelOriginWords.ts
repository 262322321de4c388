// Where an installed model comes from.
import type { ModelDetails } from "../contract/model";
import { appTitle } from "./otherAppTitle";
import { stepsTaken } from "./stepWords";
import { t } from "./language";

export function modelOriginWords({ model, repository, app, inModelsFolder, madeFrom }: ModelDetails): string {
  switch (model.origin) {
    case "starter":
      return t("came with Facet");
    case "file":
      if (inModelsFolder) return t("in Facet’s folder");
      return app === null ? t("used from its own folder") : t("used from {app}", { app: appTitle(app) });
    case "hub":
      return repository === null ? t("downloaded") : t("from {source}", { source: repository });
    case "made":
      return madeFrom === null
        ? t("made by Facet")
        : t("made by Facet from {source}, {steps}", {
            source: madeFrom.sourceFileName,
            steps: stepsTaken(madeFrom.steps),
          });
  }
}

// Where an installed model comes from.
import type { ModelDetails } from "../contract/model";
import { appTitle } from "./otherAppTitle";
import { stepsTaken } from "./stepWords";

export function modelOriginWords({ model, repository, app, inModelsFolder, madeFrom }: ModelDetails): string {
  switch (model.origin) {
    case "starter":
      return "came with Facet";
    case "file":
      if (inModelsFolder) return "in Facet’s folder";
      return app === null ? "used where it lies" : `used where ${appTitle(app)} keeps it`;
    case "hub":
      return repository === null ? "downloaded" : `from ${repository}`;
    case "made":
      return madeFrom === null
        ? "made by Facet"
        : `made by Facet from ${madeFrom.sourceFileName}, ${stepsTaken(madeFrom.steps)}`;
  }
}

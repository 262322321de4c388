// At a 16-bit variant: makes a smaller file of it, downloading it first where it is not here yet.
import { WandSparkles } from "lucide-react";
import { useMemo } from "react";
import type { HubModel, HubVariant } from "../../../electron/contract/hub";
import { IconButton } from "../../ui/IconButton";
import { downloadRequest } from "./downloads";
import { useInstalledVariant } from "./installed";
import { openQuantize } from "./modelsTab";
import { modelTitle } from "./modelTitle";

export function QuantizeVariantButton({ model, variant }: { readonly model: HubModel; readonly variant: HubVariant }) {
  const installed = useInstalledVariant(model.summary.repository, variant);
  const source = useMemo(
    () =>
      installed === null
        ? ({ kind: "hub", download: downloadRequest(model, variant) } as const)
        : ({ kind: "installed", modelId: installed.model.id } as const),
    [installed, model, variant],
  );
  const name = variant.quantization ?? variant.id;
  return (
    <IconButton
      name={installed === null ? `Download and quantize ${name}` : `Quantize ${name}`}
      icon={<WandSparkles size={15} />}
      onClick={() => openQuantize(source, modelTitle(model.summary.repository))}
    />
  );
}

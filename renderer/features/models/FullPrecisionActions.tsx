// At a variant of full precision: few want it as it is, so the first thing offered is to make a smaller file of it.
import { Download as DownloadIcon, WandSparkles } from "lucide-react";
import type { HubModel, HubVariant } from "../../../electron/contract/hub";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { DownloadButton } from "./DownloadButton";
import { download, downloadRequest, useDownloadOf } from "./downloads";
import styles from "./FullPrecisionActions.module.css";
import { useInstalledVariant } from "./installed";
import { openQuantize } from "./modelsTab";
import { modelTitle } from "./modelTitle";

interface FullPrecisionActionsProps {
  readonly model: HubModel;
  readonly variant: HubVariant;
  readonly best: boolean;
}

export function FullPrecisionActions({ model, variant, best }: FullPrecisionActionsProps) {
  const { repository } = model.summary;
  const running = useDownloadOf(repository, variant);
  const installed = useInstalledVariant(repository, variant);
  const name = variant.quantization ?? variant.id;
  const title = modelTitle(repository);
  if (installed !== null) {
    return (
      <>
        <IconButton
          name={`Quantize ${name}`}
          icon={<WandSparkles size={15} />}
          onClick={() => openQuantize({ kind: "installed", modelId: installed.model.id }, title)}
        />
        <DownloadButton model={model} variant={variant} best={best} />
      </>
    );
  }
  if (running !== null) return <DownloadButton model={model} variant={variant} best={best} />;
  return (
    <>
      <IconButton name={`Download ${name}`} icon={<DownloadIcon size={15} />} onClick={() => void download(model, variant)} />
      <Button
        className={styles.quantize}
        look={best ? "primary" : "plain"}
        aria-label={`Download and quantize ${name}`}
        onClick={() => openQuantize({ kind: "hub", download: downloadRequest(model, variant) }, title)}
      >
        <WandSparkles size={13} />
        Quantize
      </Button>
    </>
  );
}

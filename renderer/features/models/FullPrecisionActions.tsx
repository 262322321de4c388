// At a variant of full precision: few want it as it is, so the first thing offered is to make a smaller file of it.
import { Download as DownloadIcon, WandSparkles } from "lucide-react";
import { t } from "../../../electron/words/language";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { DownloadButton, type VariantActionsProps } from "./DownloadButton";
import { downloadRequest } from "../../../electron/words/hubRequests";
import { download, useDownloadOf } from "./downloads";
import styles from "./FullPrecisionActions.module.css";
import { useInstalledVariant } from "./installed";
import { openQuantize } from "./modelsRoute";
import { modelTitle } from "../../../electron/words/modelTitle";

export function FullPrecisionActions(actions: VariantActionsProps) {
  const { model, variant, name, best, isRead } = actions;
  const { repository } = model.summary;
  const running = useDownloadOf(repository, variant);
  const installed = useInstalledVariant(repository, variant);
  const title = modelTitle(repository);
  if (installed !== null) {
    return (
      <>
        <IconButton
          name={t("Quantize {name}", { name })}
          icon={<WandSparkles size={15} />}
          onClick={() => openQuantize({ kind: "installed", modelId: installed.model.id }, title)}
        />
        <DownloadButton {...actions} />
      </>
    );
  }
  if (running !== null) return <DownloadButton {...actions} />;
  return (
    <>
      <IconButton
        name={t("Download {name}", { name })}
        icon={<DownloadIcon size={15} />}
        disabled={!isRead}
        onClick={() => void download(model, variant)}
      />
      <Button
        className={styles.quantize}
        look={best ? "primary" : "plain"}
        aria-label={t("Download and quantize {name}", { name })}
        disabled={!isRead}
        onClick={() => openQuantize({ kind: "hub", download: downloadRequest(model, variant) }, title)}
      >
        <WandSparkles size={13} />
        {t("Quantize")}
      </Button>
    </>
  );
}

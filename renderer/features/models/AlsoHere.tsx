// One line below a repository's variants: the files that are no models by themselves, by what their headers say.
import type { HubModel, HubVariant } from "../../../electron/contract/hub";
import { t } from "../../../electron/words/language";
import { countedKind, otherKind, type OtherKind } from "../../../electron/words/fileKindWords";
import { formatBytes, formatList } from "../../../electron/words/quantities";
import styles from "./AlsoHere.module.css";
import { useFit, useKnownKinds } from "./fits";
import { hubSource } from "../../../electron/words/hubRequests";

interface AlsoHereProps {
  readonly model: HubModel;
  /** Whose headers no row asks for. */
  readonly unread: readonly HubVariant[];
}

export function AlsoHere({ model, unread }: AlsoHereProps) {
  const kindOf = useKnownKinds(model);
  const sizes = new Map<OtherKind, number[]>();
  for (const variant of model.variants) {
    const kind = otherKind(kindOf(variant));
    if (kind !== null) sizes.set(kind, [...(sizes.get(kind) ?? []), variant.sizeBytes]);
  }
  const words = [...sizes].map(([kind, bytes]) =>
    t("{files} ({sizes})", { files: countedKind(kind, bytes.length), sizes: formatList(bytes.map(formatBytes)) }),
  );
  return (
    <>
      {unread.map((variant) => (
        <ReadHeader key={variant.id} model={model} variant={variant} />
      ))}
      {words.length > 0 && (
        <p className={styles.line}>
          {t("Also in this repository: {files}. Facet doesn’t use these.", { files: formatList(words) })}
        </p>
      )}
    </>
  );
}

/** Nothing to see: asks for the verdict, with which comes what the file is. */
function ReadHeader({ model, variant }: { readonly model: HubModel; readonly variant: HubVariant }) {
  useFit(hubSource(model, variant), true);
  return null;
}

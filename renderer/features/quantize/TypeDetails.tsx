// What a type really writes: tensor types with their shares, and every tensor that gets another type than the name promises.
import type { TypePreview } from "../../../electron/contract/jobs";
import { t } from "../../../electron/words/language";
import { formatBytes, formatCount, formatList, formatPercent } from "../../../electron/words/quantities";
import { groupTensors, type TensorGroup, typeShares } from "./tensorGroups";
import styles from "./TypeDetails.module.css";

export function TypeDetails({ preview: { type, tensors, bytesByTensorType } }: { readonly preview: TypePreview }) {
  const shares = typeShares(bytesByTensorType);
  const groups = groupTensors(tensors);
  const others = groups.filter(({ widthDoesNotDivide }) => widthDoesNotDivide);
  const otherCount = others.reduce((sum, { count }) => sum + count, 0);
  const widths = [...new Set(others.map(({ shape: [width = 0] }) => width))].sort((one, other) => one - other);
  return (
    <div className={styles.details}>
      <h3>{t("What {type} really writes", { type })}</h3>
      <span className={styles.bar} aria-hidden>
        {shares.map(({ type: name, share }, index) => (
          <i key={name} data-hue={index} style={{ width: `${share * 100}%` }} />
        ))}
      </span>
      <ul className={styles.shares} aria-label={t("Tensor types")}>
        {shares.map(({ type: name, bytes, share }, index) => (
          <li key={name} data-hue={index}>
            <b>{name.toUpperCase()}</b> {sharePercent(share)} <span>{formatBytes(bytes)}</span>
          </li>
        ))}
      </ul>
      {otherCount > 0 && (
        <>
          <p>
            {t(
              "{count} of {total, plural, one {# tensor} other {# tensors}} get a larger type: their rows are {widths} weights wide, which blocks of {type} don’t divide. Blocks have 256 weights in K-quants and most I-quants.",
              {
                count: formatCount(otherCount),
                total: tensors.length,
                widths: formatList(widths.map(formatCount), "or"),
                type,
              },
            )}
          </p>
          <GroupTable groups={others} caption={t("Tensors that get another type")} />
        </>
      )}
      <details className={styles.all}>
        <summary>{t("{count, plural, one {All # tensors} other {All # tensors}}", { count: tensors.length })}</summary>
        <GroupTable groups={groups} caption={t("All tensors")} />
      </details>
    </div>
  );
}

function GroupTable({ groups, caption }: { readonly groups: readonly TensorGroup[]; readonly caption: string }) {
  return (
    // Focusable, so that the keyboard can scroll it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.scroller} tabIndex={0} aria-label={caption}>
      <table className={styles.groups}>
        <thead>
          <tr>
            <th scope="col">{t("Tensor")}</th>
            <th scope="col">{t("Layers")}</th>
            <th scope="col" className={styles.number}>
              {t("Shape")}
            </th>
            <th scope="col">{t("Written as")}</th>
            <th scope="col" className={styles.number}>
              {t("Size")}
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ name, layers, shape, sourceType, targetType, targetBytes }) => (
            <tr key={`${name} ${shape.join(" ")} ${sourceType} ${targetType}`}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>{layers ?? "–"}</td>
              <td className={styles.number}>{shape.map(formatCount).join(" × ")}</td>
              <td>
                {sourceType === targetType ? (
                  t("{type}, as it is", { type: targetType.toUpperCase() })
                ) : (
                  <>
                    {sourceType.toUpperCase()} → <b>{targetType.toUpperCase()}</b>
                  </>
                )}
              </td>
              <td className={styles.number}>{formatBytes(targetBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function sharePercent(share: number): string {
  return share < 0.01
    ? t("below {value}", { value: formatPercent(0.01) })
    : formatPercent(Math.round(share * 100) / 100);
}

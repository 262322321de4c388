// The special tokens that a model's file names.
import type { SpecialToken } from "../../../electron/contract/modelFormat";
import { ControlToken } from "./ControlToken";
import { tokenUseWords } from "../../../electron/words/modelFormatWords";
import styles from "./SpecialTokens.module.css";
import { t } from "../../../electron/words/language";

export function SpecialTokens({ tokens }: { readonly tokens: readonly SpecialToken[] }) {
  if (tokens.length === 0) return <p className={styles.none}>{t("None are named in the file.")}</p>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t("Use@@noun, of a token")}</th>
          <th scope="col">{t("Token")}</th>
          <th scope="col" className={styles.number}>
            {t("ID")}
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map(({ use, id, text }) => (
          <tr key={use}>
            <th scope="row" title={`tokenizer.ggml.${use}_token_id`}>
              {tokenUseWords(use)}
            </th>
            <td>
              <ControlToken text={text} />
            </td>
            <td className={styles.number}>{id}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// The special tokens that a model's file names.
import type { SpecialToken } from "../../../electron/contract/modelFormat";
import { ControlToken } from "./ControlToken";
import { tokenUseWords } from "../../../electron/words/modelFormatWords";
import styles from "./SpecialTokens.module.css";

export function SpecialTokens({ tokens }: { readonly tokens: readonly SpecialToken[] }) {
  if (tokens.length === 0) return <p className={styles.none}>The file names none.</p>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Use</th>
          <th scope="col">Token</th>
          <th scope="col" className={styles.number}>
            Id
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

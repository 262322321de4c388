// How many were found, and by what they are sorted and chosen.
import { useId } from "react";
import type { HubSort } from "../../../electron/contract/hub";
import { setFilters, type SizeClass, useDiscover } from "./discover";
import styles from "./SearchFilters.module.css";

const sorts: readonly (readonly [HubSort, string])[] = [
  ["trendingScore", "Trending"],
  ["downloads", "Most downloads"],
  ["likes", "Most likes"],
  ["lastModified", "Changed last"],
  ["createdAt", "Newest"],
];

/** As GGUF names the architectures; several names of models share one. */
const families: readonly (readonly [string, string])[] = [
  ["llama", "Llama"],
  ["qwen3", "Qwen 3"],
  ["qwen3moe", "Qwen 3 MoE"],
  ["qwen2", "Qwen 2"],
  ["gemma3", "Gemma 3"],
  ["mistral3", "Mistral"],
  ["gpt-oss", "gpt-oss"],
  ["phi3", "Phi"],
  ["granite", "Granite"],
  ["deepseek2", "DeepSeek"],
  ["glm4moe", "GLM"],
  ["lfm2", "LFM"],
  ["smollm3", "SmolLM 3"],
];

const sizes: readonly (readonly [SizeClass, string])[] = [
  ["any", "Any size"],
  ["tiny", "Below 2B"],
  ["small", "2B to 8B"],
  ["medium", "9B to 35B"],
  ["large", "36B and more"],
];

export function SearchFilters({ words }: { readonly words: string }) {
  const sort = useDiscover((state) => state.sort);
  const family = useDiscover((state) => state.family);
  const size = useDiscover((state) => state.size);
  return (
    <div className={styles.filters}>
      <output className={styles.words}>{words}</output>
      <Choice name="Size" value={size} choices={sizes} onChange={(value) => setFilters({ size: value })} />
      <Choice
        name="Family"
        value={family ?? ""}
        choices={[["", "All families"], ...families]}
        onChange={(value) => setFilters({ family: value === "" ? null : value })}
      />
      <Choice name="Sort by" value={sort} choices={sorts} onChange={(value) => setFilters({ sort: value })} />
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly name: string;
  readonly value: Value;
  readonly choices: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ name, value, choices, onChange }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <span className={styles.choice}>
      <label htmlFor={id} className="visually-hidden">
        {name}
      </label>
      <select
        id={id}
        value={value}
        onChange={({ target }) => {
          const chosen = choices.find(([other]) => other === target.value);
          if (chosen !== undefined) onChange(chosen[0]);
        }}
      >
        {choices.map(([other, words]) => (
          <option key={other} value={other}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
}

// How many were found, and by what they are sorted and chosen.
import { useId } from "react";
import { modelFamily, modelFamilyNames, type ModelFamilyName } from "../../../electron/contract/modelFamilies";
import { t } from "../../../electron/words/language";
import type { HubSort } from "../../../electron/contract/hub";
import { setFilters, type SizeClass, useDiscover } from "./discover";
import { FitsOnly } from "./FitsOnly";
import styles from "./SearchFilters.module.css";

const sorts = (): readonly (readonly [HubSort, string])[] => [
  ["trendingScore", t("Trending")],
  ["downloads", t("Most downloads")],
  ["likes", t("Most likes")],
  ["lastModified", t("Recently changed")],
  ["createdAt", t("Newest")],
];

const sizes = (): readonly (readonly [SizeClass, string])[] => [
  ["any", t("Any size")],
  ["tiny", t("Below 2B")],
  ["small", t("2B to 8B")],
  ["medium", t("9B to 35B")],
  ["large", t("36B and more")],
];

export function SearchFilters({ words }: { readonly words: string }) {
  const sort = useDiscover((state) => state.sort);
  const family = useDiscover((state) => state.family);
  const size = useDiscover((state) => state.size);
  return (
    <div className={styles.filters}>
      <output className={styles.words}>{words}</output>
      <Choice name={t("Size")} value={size} choices={sizes()} onChange={(value) => setFilters({ size: value })} />
      <Choice<ModelFamilyName | "">
        name={t("Family")}
        value={family ?? ""}
        choices={[["", t("All families")], ...modelFamilyNames.map((name) => [name, modelFamily(name).title] as const)]}
        onChange={(value) => setFilters({ family: value === "" ? null : value })}
      />
      <Choice name={t("Sort by")} value={sort} choices={sorts()} onChange={(value) => setFilters({ sort: value })} />
      <FitsOnly />
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

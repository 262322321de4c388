// At the message field: that the answer is held to a schema or a grammar. A click lets it be free, another holds it again.
import { Braces, Regex } from "lucide-react";
import type { ReactNode } from "react";
import { changeChatSettings, useChatSettings } from "../chatSettings";
import { ComposerSwitch } from "../composer/ComposerSwitch";
import { setUnfinished } from "../sidePanel/unfinishedSettings";
import { chooseStructure, lastStructure } from "./structureChoice";
import { t } from "../../../../electron/words/language";

export function StructureSwitch(): ReactNode {
  const settings = useChatSettings();
  const last = lastStructure(settings);
  if (last === undefined) return null;
  const isGrammar = last.kind === "grammar";
  return (
    <ComposerSwitch
      name={isGrammar ? t("Answer by grammar") : t("Answer in JSON")}
      shortName={isGrammar ? t("Grammar") : "JSON"}
      icon={isGrammar ? <Regex size={14} aria-hidden /> : <Braces size={14} aria-hidden />}
      isOn={settings.structure !== undefined}
      onChange={(isOn) => {
        setUnfinished("structure-kind", undefined);
        changeChatSettings((before) => chooseStructure(before, isOn ? last.kind : "none"));
      }}
    />
  );
}

// At the message field: that the model may call tools. A click takes them away, another gives them back.
import { Wrench } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { readTools } from "../../../../electron/contract/tools";
import { useApp } from "../../../app/appStore";
import { loadedModel } from "../../model/loadedModel";
import { changeChatSettings, useChatSettings } from "../chatSettings";
import { ComposerSwitch } from "../composer/ComposerSwitch";
import { switchTools } from "./structureChoice";
import { t } from "../../../../electron/words/language";

export function ToolsSwitch(): ReactNode {
  const { tools, setAside } = useChatSettings();
  const hasPlace = useApp(({ engine }) => loadedModel(engine)?.format.hasTools ?? true);
  const text = tools ?? setAside?.tools ?? "";
  const hasTools = useMemo(() => {
    const reading = readTools(text);
    return reading.ok && reading.tools.length > 0;
  }, [text]);
  if (!hasTools || !hasPlace) return null;
  return (
    <ComposerSwitch
      name={t("Tools")}
      icon={<Wrench size={14} aria-hidden />}
      isOn={tools !== undefined}
      onChange={(isOn) => changeChatSettings((settings) => switchTools(settings, isOn))}
    />
  );
}

// What Facet connects to other computers for: what each of them is called, and what leaves this computer.
import type { NetworkUse } from "../contract/networkUses";
import { t } from "./language";

interface NetworkWords {
  readonly name: string;
  /** What is sent, and to whom. */
  readonly sent: string;
}

export function networkWords(use: NetworkUse): NetworkWords {
  switch (use) {
    case "search":
      return {
        name: t("Search and model pages"),
        sent: t(
          "Hugging Face gets your search words and the names of the models you look at. If you saved an access token, it gets that too.",
        ),
      };
    case "downloads":
      return {
        name: t("Downloads"),
        sent: t(
          "Hugging Face gets the names of the files you download. If you saved an access token, it gets that too.",
        ),
      };
    case "starter":
      return {
        name: t("Starter model"),
        sent: t(
          "While you have no models, Facet downloads a small one from Hugging Face or Python’s package server, without asking.",
        ),
      };
    case "links":
      return {
        name: t("Links"),
        sent: t("Your browser opens the links you click, after Facet has asked you. Facet itself sends nothing."),
      };
  }
}

/** A sentence for each, that it is switched off. */
export function switchedOffWords(use: NetworkUse): string {
  switch (use) {
    case "search":
      return t("Searching Hugging Face is switched off in Settings.");
    case "downloads":
      return t("Downloads are switched off in Settings.");
    case "starter":
      return t("Downloading the starter model is switched off in Settings.");
    case "links":
      return t("Opening links is switched off in Settings.");
  }
}

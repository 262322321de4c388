// The format of a model without anything special.
import type { FormatFacts } from "../contract/modelFormat";

export const plainFormat: FormatFacts = {
  source: "template",
  name: "default",
  problem: null,
  thinking: null,
  hasTools: false,
};

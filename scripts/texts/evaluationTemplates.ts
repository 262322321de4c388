// What the generator makes the evaluation text of. Shares no pattern with calibrationTemplates.ts. Scripts only.
import type { Templates } from "./generator";

export const evaluationTemplates: Templates = {
  languages: [
    {
      patterns: [
        "Before the {event}, {who} had never owned a {thing}; afterwards there were {n} of them in the cellar.",
        "What surprised {who} most about the {event} was how little anybody spoke of the {thing}.",
        "You will need one {thing} for each guest, and, as {who} likes to add, patience for {n}.",
        "Between the {event} and the first snow lay {n} quiet evenings, and {who} spent them beside the {thing}.",
      ],
      slots: {
        event: ["flood", "wedding", "election", "auction", "strike"],
        who: ["the organist", "Miriam", "a cartographer", "the goalkeeper", "Uncle Teo"],
        thing: ["telescope", "kettle", "piano stool", "compass", "typewriter"],
      },
    },
    {
      patterns: [
        "Erst als der {was} wieder fuhr, merkte {name}, wie still die {n} Wochen gewesen waren.",
        "Weder {name} noch der Bürgermeister wollte den {was} bezahlen.",
        "Man nehme {n} Gramm Zucker, sagte {name}, und vergesse den {was}.",
      ],
      slots: {
        was: ["Aufzug", "Bus", "Kran", "Dampfer"],
        name: ["Frau Berger", "der Lehrling", "Anselm", "die Apothekerin"],
      },
    },
    {
      patterns: [
        "Le {objet} de {nom} n'avait pas servi depuis {n} ans, mais il brillait.",
        "Faute de {objet}, {nom} improvisa.",
        "Tout le monde, même {nom}, trouvait le {objet} trop lourd de {n} grammes.",
      ],
      slots: {
        objet: ["violon", "parapluie", "moulin", "vélo"],
        nom: ["Solange", "l'instituteur", "la gardienne", "Bastien"],
      },
    },
    {
      patterns: [
        "{名}家里有{n}本没有读完的书。",
        "等到{季}，{名}才把那封信寄出去。",
        "据{名}说，这条路比地图上长{n}里。",
      ],
      slots: { 名: ["老李", "小梅", "船长", "裁缝"], 季: ["秋天", "雨停", "新年", "月底"] },
    },
  ],
  sums: [
    (random) => {
      const [a, b] = [random.between(100, 999), random.between(100, 999)];
      return `Which is larger, ${a}/${b} or ${a + 7}/${b + 9}? Cross-multiplying compares ${a * (b + 9)} with ${(a + 7) * b}, so it is the ${a * (b + 9) > (a + 7) * b ? "first" : "second"}.`;
    },
    (random) => {
      const [length, width] = [random.between(3, 40), random.between(3, 40)];
      return `A field of ${length} m by ${width} m has an area of ${length * width} m² and needs ${2 * (length + width)} m of fence.`;
    },
    (random) => {
      const values = Array.from({ length: 5 }, () => random.between(1, 60));
      const sum = values.reduce((total, value) => total + value, 0);
      return `The mean of ${values.join(", ")} is ${sum}/5 = ${sum / 5}; sorted, the middle value is ${[...values].sort((x, y) => x - y)[2]}.`;
    },
  ],
  records: [
    (random) =>
      `<book year="${random.between(1890, 2026)}" pages="${random.between(90, 700)}"><title>${random.of(["The Salt Road", "Winter Arithmetic", "A Door in the Reeds", "Nine Bridges"])}</title><shelf>${random.of(["A", "C", "F"])}${random.between(1, 30)}</shelf></book>`,
    (random) =>
      `flight ${random.of(["KX", "NV", "TR"])}${random.between(100, 999)}  gate ${random.of(["A", "B", "C"])}${random.between(1, 40)}  ${String(random.between(5, 23)).padStart(2, "0")}:${String(random.between(0, 59)).padStart(2, "0")}  ${random.of(["boarding", "delayed", "on time", "cancelled", "last call"])}`,
    (random) =>
      `export function ${random.of(["clampTo", "wrapAt", "roundTo"])}${random.between(2, 99)}(input: number): number {\n  if (!Number.isFinite(input)) throw new RangeError("${random.of(["not a number", "out of range"])}");\n  return Math.${random.of(["min", "max"])}(${random.between(0, 999)}, Math.${random.of(["floor", "ceil", "round"])}(input));\n}`,
  ],
};

// Rows of words that are made likelier or less likely.
import { expect, it } from "vitest";
import { LogitBias } from "../../../../electron/contract/sampling";
import { biasesOf, biasOfChoice, biasRows, choiceOf } from "./biasRows";

it("gives back what the chat has, and leaves out rows without a text", () => {
  const biases = [
    { text: " yes\n", bias: -100 },
    { text: "a\\n\tb", bias: 2.5 },
  ];
  const rows = biasRows(biases);
  expect(rows.map((row) => row.text)).toEqual([" yes\\n", "a\\\\n\\tb"]);
  expect(biasesOf([...rows, { id: "new", text: "", bias: 100 }])).toEqual(biases);
  for (const bias of biasesOf(rows)) expect(LogitBias.parse(bias)).toEqual(bias);
});

it("says never and always for the ends of the range", () => {
  expect([-100, -99.9, 0, 99.9, 100].map(choiceOf)).toEqual(["never", "by", "by", "by", "always"]);
  for (const choice of ["never", "by", "always"] as const) expect(choiceOf(biasOfChoice[choice])).toBe(choice);
});

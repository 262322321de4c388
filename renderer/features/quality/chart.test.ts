// The chart's arithmetic: ticks inside the axes, the best trades, labels that do not overlap each other.
import fc from "fast-check";
import { expect, test } from "vitest";
import { bestTrades, linearScale, logScale } from "./chartScales";
import { placeLabels } from "./placeLabels";

test("axes hold all values, and their ticks are round", () => {
  const sizes = linearScale([88e6, 145e6]);
  expect(sizes.ticks).toEqual([100e6, 120e6, 140e6]);
  expect(sizes.place(88e6)).toBeGreaterThan(0);
  expect(sizes.place(145e6)).toBeLessThan(1);
  expect(logScale([0.02, 0.3]).ticks).toEqual([0.02, 0.05, 0.1, 0.2]);
  expect(logScale([0.0008, 0.3]).ticks).toEqual([0.001, 0.01, 0.1]);
});

test("any measured values can be drawn: one alone, equal ones, zero", () => {
  const holds = (scaleOf: typeof linearScale) => (values: number[]) => {
    const { place, ticks } = scaleOf(values);
    for (const value of values) {
      expect(place(value)).toBeGreaterThanOrEqual(0);
      expect(place(value)).toBeLessThanOrEqual(1);
    }
    expect(ticks.length).toBeLessThan(25);
  };
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 50 }), { minLength: 1 }), holds(linearScale)));
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), holds(logScale)));
});

test("a best trade is beaten by none in both size and quality", () => {
  const variants = [
    { name: "Q2_K", sizeBytes: 88, kl: 0.22 },
    { name: "Q4_0 plain", sizeBytes: 92, kl: 0.11 },
    { name: "Q4_0", sizeBytes: 92, kl: 0.07 },
    { name: "Q4_1 worse", sizeBytes: 98, kl: 0.09 },
    { name: "Q8_0", sizeBytes: 145, kl: 0.001 },
  ];
  expect(bestTrades(variants).map(({ name }) => name)).toEqual(["Q2_K", "Q4_0", "Q8_0"]);
});

test("labels of close points do not overlap each other", () => {
  const area = { width: 600, height: 300 };
  const points = [
    { x: 100, y: 100, width: 50 },
    { x: 108, y: 112, width: 50 },
    { x: 595, y: 150, width: 50 },
  ];
  const labels = placeLabels(points, area);
  const boxes = labels.map(({ x, y, anchor }, index) => {
    const { width } = points[index]!;
    const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
    return { left, right: left + width, top: y - 6, bottom: y + 6 };
  });
  for (const [index, box] of boxes.entries()) {
    expect(box.left).toBeGreaterThanOrEqual(0);
    expect(box.right).toBeLessThanOrEqual(area.width);
    for (const other of boxes.slice(index + 1)) {
      expect(
        box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top,
      ).toBe(true);
    }
    for (const { x, y } of points) expect(x > box.left && x < box.right && y > box.top && y < box.bottom).toBe(false);
  }
});

// Where the names of the points stand, so that none lies over another name or point. Pure. Renderer.

export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  /** Of its label, in pixels. */
  readonly width: number;
}

export interface PlacedLabel {
  readonly x: number;
  /** The middle of the text's height. */
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
}

const HEIGHT = 16;
/** From the point's middle to its label. */
const GAP = 10;
const POINT_RADIUS = 7;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** In the order of the points: earlier ones get the better places. One that finds none stands to the right all the same. */
export function placeLabels(
  points: readonly LabelledPoint[],
  area: { readonly width: number; readonly height: number },
): PlacedLabel[] {
  const taken: Box[] = points.map(({ x, y }) => ({
    left: x - POINT_RADIUS,
    right: x + POINT_RADIUS,
    top: y - POINT_RADIUS,
    bottom: y + POINT_RADIUS,
  }));
  return points.map((point, index) => {
    const others = taken.filter((_box, other) => other !== index);
    const places = candidates(point);
    const free = places.find((place) => {
      const box = boxOf(place, point.width);
      const inside = box.left >= 0 && box.right <= area.width && box.top >= 0 && box.bottom <= area.height;
      return inside && !others.some((other) => overlaps(box, other));
    });
    const place = free ?? places[0] ?? { x: point.x, y: point.y, anchor: "start" as const };
    taken.push(boxOf(place, point.width));
    return place;
  });
}

/** Right, left, above, below, the corners, then farther up and down on either side. */
function candidates({ x, y }: LabelledPoint): PlacedLabel[] {
  const far = GAP + 6;
  const farther = [18, -18, 26, -26, 34, -34].flatMap((offset): PlacedLabel[] => [
    { x: x + GAP, y: y + offset, anchor: "start" },
    { x: x - GAP, y: y + offset, anchor: "end" },
  ]);
  return [
    { x: x + GAP, y, anchor: "start" },
    { x: x - GAP, y, anchor: "end" },
    { x, y: y - far, anchor: "middle" },
    { x, y: y + far, anchor: "middle" },
    { x: x + GAP, y: y - GAP, anchor: "start" },
    { x: x + GAP, y: y + GAP, anchor: "start" },
    { x: x - GAP, y: y - GAP, anchor: "end" },
    { x: x - GAP, y: y + GAP, anchor: "end" },
    ...farther,
  ];
}

function boxOf({ x, y, anchor }: PlacedLabel, width: number): Box {
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
}

function overlaps(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

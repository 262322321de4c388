// The icon files of Windows and macOS: both are containers of PNG pictures. Pure.

export interface Picture {
  /** Width and height in pixels. */
  size: number;
  png: Buffer;
}

/** By Microsoft's "Icons": a picture of 256 pixels has 0 as its width. */
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256] as const;
/** Apple's names for PNG pictures; those with @2x are drawn for screens with twice the pixels. */
const ICNS_NAMES = {
  icp4: 16,
  icp5: 32,
  ic07: 128,
  ic08: 256,
  ic09: 512,
  ic10: 1024, // 512@2x
  ic11: 32, // 16@2x
  ic12: 64, // 32@2x
  ic13: 256, // 128@2x
  ic14: 512, // 256@2x
} as const;

/** All that either file needs. */
export const ICON_SIZES = [...new Set<number>([...ICO_SIZES, ...Object.values(ICNS_NAMES)])].sort((a, b) => a - b);

export function icoFile(pictures: readonly Picture[]): Buffer {
  const entries = ICO_SIZES.map((size) => pictureOf(pictures, size));
  const head = Buffer.alloc(6 + 16 * entries.length);
  head.writeUInt16LE(1, 2); // An icon, no cursor.
  head.writeUInt16LE(entries.length, 4);
  let offset = head.length;
  for (const [index, { size, png }] of entries.entries()) {
    const at = 6 + 16 * index;
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4); // Planes.
    head.writeUInt16LE(32, at + 6); // Bits per pixel.
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...entries.map(({ png }) => png)]);
}

export function icnsFile(pictures: readonly Picture[]): Buffer {
  const chunks = Object.entries(ICNS_NAMES).map(([name, size]) => chunk(name, pictureOf(pictures, size).png));
  return chunk("icns", Buffer.concat(chunks));
}

/** A name of four letters, its length with these eight bytes, its content. */
function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32BE(8 + content.length, 4);
  return Buffer.concat([head, content]);
}

function pictureOf(pictures: readonly Picture[], size: number): Picture {
  const found = pictures.find((picture) => picture.size === size);
  if (found === undefined) throw new Error(`there is no picture of ${size} pixels`);
  return found;
}

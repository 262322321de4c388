// What an addon for macOS needs from others and how it is signed, out of its file. The form: Apple's mach-o/loader.h and nlist.h.

const MAGIC_64 = 0xfeedfacf;
const HEADER_BYTES = 32;
const NLIST_BYTES = 16;
const LC_SYMTAB = 0x2;
const LC_CODE_SIGNATURE = 0x1d;
/** In n_type: a symbol for debuggers; what kind it is; seen by others. */
const N_STAB = 0xe0;
const N_TYPE = 0x0e;
const N_EXT = 0x01;
/** In place of a library's number: whoever has it when the addon is loaded. Apple's linker writes the first, Zig's the other. */
const DYNAMIC_LOOKUP_ORDINALS = [0xfe, 0];

export interface MacAddon {
  /** Functions that no library it is linked to has; without C's underscore. */
  lookedUp: string[];
  /** Also the signature that a linker makes by itself. */
  isSigned: boolean;
}

/** Throws RangeError or Error when it is no 64-bit library for macOS. */
export function readMacAddon(file: Buffer): MacAddon {
  if (file.readUInt32LE(0) !== MAGIC_64) throw new Error("This is no 64-bit library for macOS.");
  const addon: MacAddon = { lookedUp: [], isSigned: false };
  let at = HEADER_BYTES;
  for (let index = 0; index < file.readUInt32LE(16); index++) {
    const command = file.readUInt32LE(at);
    if (command === LC_CODE_SIGNATURE) addon.isSigned = true;
    if (command === LC_SYMTAB) addon.lookedUp = lookedUp(file, at);
    at += file.readUInt32LE(at + 4);
  }
  return addon;
}

function lookedUp(file: Buffer, symtab: number): string[] {
  const symbols = file.readUInt32LE(symtab + 8);
  const names = file.readUInt32LE(symtab + 16);
  const found: string[] = [];
  for (let index = 0; index < file.readUInt32LE(symtab + 12); index++) {
    const at = symbols + index * NLIST_BYTES;
    const type = file.readUInt8(at + 4);
    const isUndefined = (type & N_STAB) === 0 && (type & N_TYPE) === 0 && (type & N_EXT) !== 0;
    if (!isUndefined || !DYNAMIC_LOOKUP_ORDINALS.includes(file.readUInt16LE(at + 6) >> 8)) continue;
    const start = names + file.readUInt32LE(at);
    found.push(file.toString("latin1", start, file.indexOf(0, start)).replace(/^_/, ""));
  }
  return found;
}

// What a library for Windows exports, out of its file. The form: Microsoft's "PE Format".

const PE_OFFSET_AT = 0x3c;
const SECTION_BYTES = 40;
/** Of the optional header of a 64-bit image. */
const PE32_PLUS = 0x20b;
const DIRECTORIES_AT = 112;

interface Section {
  address: number;
  bytes: number;
  offset: number;
}

/** The exported names, as the file lists them. Throws RangeError or Error when it is no library for 64-bit Windows. */
export function exportedNames(file: Buffer): string[] {
  const header = file.readUInt32LE(PE_OFFSET_AT);
  if (file.toString("latin1", header, header + 4) !== "PE\0\0") throw new Error("This is no library for Windows.");
  const optional = header + 24;
  if (file.readUInt16LE(optional) !== PE32_PLUS) throw new Error("This is no library for 64-bit Windows.");
  const sectionsAt = optional + file.readUInt16LE(header + 20);
  const sections = Array.from({ length: file.readUInt16LE(header + 6) }, (_, index): Section => {
    const at = sectionsAt + index * SECTION_BYTES;
    return {
      address: file.readUInt32LE(at + 12),
      bytes: file.readUInt32LE(at + 16),
      offset: file.readUInt32LE(at + 20),
    };
  });
  const offsetOf = (address: number): number => {
    const section = sections.find(({ address: start, bytes }) => address >= start && address < start + bytes);
    if (section === undefined) throw new Error("An address of its exports lies outside the file.");
    return address - section.address + section.offset;
  };
  const directoryAddress = file.readUInt32LE(optional + DIRECTORIES_AT);
  if (directoryAddress === 0) return [];
  const directory = offsetOf(directoryAddress);
  const names = offsetOf(file.readUInt32LE(directory + 32));
  return Array.from({ length: file.readUInt32LE(directory + 24) }, (_, index) => {
    const start = offsetOf(file.readUInt32LE(names + 4 * index));
    return file.toString("latin1", start, file.indexOf(0, start));
  });
}

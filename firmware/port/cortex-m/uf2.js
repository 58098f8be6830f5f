// UF2, the format of bootloaders that show up as a disk (github.com/microsoft/uf2): blocks of 512 bytes, each with 256 bytes of the image and where they go.
const [BLOCK, DATA] = [512, 256];
const MAGIC = [0x0a324655, 0x9e5d5157];
const MAGIC_END = 0x0ab16f30;
const HAS_FAMILY = 0x2000;

/** @param image what lies at address `origin`. @param family of the bootloader. @returns the UF2 file's bytes. */
export function toUf2(image, origin, family) {
  const count = Math.ceil(image.length / DATA);
  const out = Buffer.alloc(count * BLOCK);
  for (let block = 0; block < count; block++) {
    const at = block * BLOCK;
    const head = [...MAGIC, HAS_FAMILY, origin + block * DATA, DATA, block, count, family];
    head.forEach((word, i) => {
      out.writeUInt32LE(word, at + 4 * i);
    });
    image.copy(out, at + 32, block * DATA, Math.min(image.length, (block + 1) * DATA));
    out.writeUInt32LE(MAGIC_END, at + BLOCK - 4);
  }
  return out;
}

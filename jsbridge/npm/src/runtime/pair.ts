/** Bytes of a piece; pieces of the two modules of a pair stand in turns. */
export const PIECE = 8192;

/** The two modules that packedPair() of build.ts put together. */
export function splitPair(bytes: Uint8Array<ArrayBuffer>): [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  const head = new DataView(bytes.buffer, bytes.byteOffset);
  const modules = [new Uint8Array(head.getUint32(0, true)), new Uint8Array(head.getUint32(4, true))] as const;
  let from = 8;
  for (let at = 0; modules.some((module) => at < module.length); at += PIECE) {
    for (const module of modules) {
      const piece = bytes.subarray(from, from + Math.max(0, Math.min(PIECE, module.length - at)));
      module.set(piece, Math.min(at, module.length));
      from += piece.length;
    }
  }
  return [...modules];
}

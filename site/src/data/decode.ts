/** Bytes of a file, read as text. */
export interface Decoded {
  text: string;
  /** Places that were not valid and became U+FFFD. */
  replaced: number;
  binary: boolean;
}

const REPLACEMENT = "\u{fffd}";
// Share of places beyond which bytes are taken for something other than text.
const garbage = 0.3;
const controls = 0.1;

/** UTF-8, or UTF-16 when a byte order mark says so. Line ends become \n. */
export function decode(bytes: Uint8Array<ArrayBuffer>): Decoded {
  const encoding = encodingOf(bytes);
  if (encoding === "utf-8" && bytes.includes(0)) return { text: "", replaced: 0, binary: true };
  let text: string;
  let replaced = 0;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder(encoding).decode(bytes);
    replaced = count(text, REPLACEMENT);
  }
  const binary = replaced > garbage * text.length || controlShare(text) > controls;
  return { text: binary ? "" : unifyLines(text), replaced, binary };
}

export function unifyLines(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}

function count(text: string, what: string): number {
  let found = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) found++;
  return found;
}

/** Share of control characters, other than white space, in the first 64 K. */
function controlShare(text: string): number {
  const head = text.slice(0, 65_536);
  let found = 0;
  for (let i = 0; i < head.length; i++) {
    const code = head.charCodeAt(i);
    if ((code < 32 && (code < 9 || code > 13) && code !== 27) || code === 127) found++;
  }
  return head.length === 0 ? 0 : found / head.length;
}

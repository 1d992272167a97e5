import { decode, unifyLines } from "./decode.js";

/** Files beyond this are not even read: their text would not fit into a tab next to its tokens. */
export const largestFile = 512e6;
/** UTF-16 units of a text that are used at most. */
export const longestText = 64 * 1024 * 1024;

/** What a file holds, or why it is not used. */
export type FileReading =
  | { text: string; replaced: number }
  | { refused: "binary" | "tooBig" }
  | { refused: "unreadable"; message: string };

export async function readFile(file: File): Promise<FileReading> {
  if (file.size > largestFile) return { refused: "tooBig" };
  try {
    const { text, replaced, binary } = decode(new Uint8Array(await file.arrayBuffer()));
    return binary ? { refused: "binary" } : { text, replaced };
  } catch (thrown) {
    return { refused: "unreadable", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** The text as it is used: lines end in \n, and no character is cut in two at the end of what is too long. */
export function prepareText(text: string, longest = longestText): { text: string; cut: boolean } {
  const unified = unifyLines(text);
  if (unified.length <= longest) return { text: unified, cut: false };
  return { text: head(unified, longest), cut: true };
}

/** The first `units` UTF-16 units of a text, one less where they would end in half a character. */
export function head(text: string, units: number): string {
  const last = text.charCodeAt(units - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 && units < text.length ? units - 1 : units);
}

/** How many characters a text has, as far as 2: what the smallest dataset needs. */
export function atMostTwo(text: string): 0 | 1 | 2 {
  const count = [...text.slice(0, 4)].length;
  return count === 0 ? 0 : count === 1 ? 1 : 2;
}

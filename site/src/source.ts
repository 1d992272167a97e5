import { decode, unifyLines } from "./decode.js";

/** Where a text comes from: one of the two that come with the page, or the person. */
export type Kind = "austen" | "tang" | "own";

const files = { austen: "data/austen-pride-and-prejudice.txt", tang: "data/tang-wujue.zh-Hant.txt" } as const;

/** Files beyond this are not even read: their text would not fit into a tab next to its tokens. */
export const largestFile = 512e6;
/** UTF-16 units of a text that are used at most. */
export const longestText = 64 * 1024 * 1024;

const fetched = new Map<Kind, Promise<string>>();

/** A text that comes with the page; asked for once, and again after a failure. */
export function builtIn(kind: keyof typeof files): Promise<string> {
  const known = fetched.get(kind);
  if (known !== undefined) return known;
  const asked = fetchText(files[kind]);
  fetched.set(kind, asked);
  asked.catch(() => fetched.delete(kind));
  return asked;
}

async function fetchText(file: string): Promise<string> {
  const response = await fetch(new URL(file, document.baseURI));
  if (!response.ok) throw new Error(`${file}: ${response.status} ${response.statusText}`);
  return unifyLines(await response.text());
}

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

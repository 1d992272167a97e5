/** What differs between Node and a page of the bench: how files of the repository are read. */

const fs = typeof process === "object" && process.getBuiltinModule ? process.getBuiltinModule("node:fs") : undefined;

/** True in Node, false in a page. */
export const inNode = fs !== undefined;

/** Bytes of a file of the repository, by its path from the root. */
export async function fileBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (fs) return new Uint8Array(fs.readFileSync(new URL(`../../${path}`, import.meta.url)));
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Where a library's own loader finds the files of a folder of the repository; ends with a slash. */
export function folderURL(path: string): string {
  if (!inNode) return `${location.origin}/${path}/`;
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  return fileURLToPath(new URL(`../../${path}/`, import.meta.url));
}

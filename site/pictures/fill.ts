/** Puts the pictures into the page. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { drawFrame } from "./frame.js";

const site = fileURLToPath(new URL("..", import.meta.url));

let filled: Promise<string> | undefined;

/** index.html with its pictures in their places. */
export function pageWithPictures(): Promise<string> {
  return (filled ??= fill());
}

async function fill(): Promise<string> {
  const html = await readFile(path.join(site, "index.html"), "utf8");
  const frame = await drawFrame(path.join(site, "data/austen-pride-and-prejudice.txt"));
  const pictograms = await readFile(path.join(site, "pictures/pictograms.svg"), "utf8");
  return put(put(html, "frame", frame), "pictograms", pictograms.trim());
}

function put(html: string, name: string, picture: string): string {
  const place = `<!-- ${name} -->`;
  if (!html.includes(place)) throw new Error(`site/index.html has no place ${place}`);
  return html.replace(place, () => picture);
}

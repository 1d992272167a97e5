/** The code blocks of the documents, which tests run as written. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

export interface Snippet {
  /** "docs/guides/blog.md, 3" */
  readonly name: string;
  readonly language: string;
  readonly code: string;
}

/** What the blocks of guides may be in, and who runs them: Node, Chromium, or the checkers of a shell and of Python. */
export const languages = ["js", "html", "sh", "python", "http"] as const;

export const guides = (): string[] => readdirSync(path.join(root, "docs/guides")).filter((name) => name.endsWith(".md")).map((name) => `docs/guides/${name}`);

export function snippets(page: string): Snippet[] {
  const blocks = readFileSync(path.join(root, page), "utf8").matchAll(/^```(\w*)\n([^]*?)^```$/gm);
  return [...blocks].map(([, language = "", code = ""], i) => ({ name: `${page}, ${i + 1}`, language, code }));
}

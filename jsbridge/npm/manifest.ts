// Writes dist/custom-elements.json, the manifest that editors and catalogues of custom elements read (schema 1.0.0), from the doc
// comments of the elements' classes and the interfaces of view/elements.ts, which are their public face.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

interface Named {
  name: string;
  description?: string;
  type?: { text: string };
  default?: string;
}

interface Member extends Named {
  kind: "field" | "method";
  readonly?: true;
}

interface Declaration {
  kind: "class";
  customElement: true;
  name: string;
  tagName: string;
  description: string;
  superclass: { name: string; module: string };
  attributes: Named[];
  members: Member[];
  events: (Named & { type: { text: string } })[];
  slots: Named[];
  cssParts: Named[];
  cssProperties: Named[];
}

export interface Manifest {
  schemaVersion: "1.0.0";
  modules: { kind: "javascript-module"; path: string; declarations: Declaration[]; exports: { kind: "custom-element-definition"; name: string; declaration: { name: string; module: string } }[] }[];
}

const HTML_ELEMENT = { name: "HTMLElement", module: "global:" };

/** The text of a doc comment without its stars. */
const bare = (comment: string): string => comment.replace(/^\s*\/?\*+\/?[ \t]?|\s*\*+\/$/gm, "").trim();

/** `@attr {type} name - words; default x` and the like. */
function tagged(comment: string, ...names: string[]): Named[] {
  const found = comment.matchAll(new RegExp(`^@(?:${names.join("|")})[ \\t]+(?:\\{([^}]*)\\}[ \\t]*)?(?:(-{0,2}\\w[\\w-]*)(?=[ \\t]|$))?[ \\t]*(?:-[ \\t]*)?([^@]*)`, "gm"));
  return [...found].map(([, type, name = "", words = ""]) => {
    const description = words.replace(/\s+/g, " ").trim();
    const fallback = /\bdefault ([^\s;,]+)/.exec(description)?.[1];
    return { name, ...(description && { description }), ...(type && { type: { text: type } }), ...(fallback && { default: fallback }) };
  });
}

/** Fields and methods of an interface of elements.ts, those that it inherits among them. */
function membersOf(name: string, faces: string): Member[] {
  const body = new RegExp(`export interface ${name} extends (\\w+) \\{([^]*?)\\n\\}`).exec(faces);
  if (body === null) return [];
  const [, above = "", text = ""] = body;
  const own = [...text.matchAll(/^(?:  \/\*\*([^]*?)\*\/\n)?  (readonly )?(\w+)(\??)(\([^]*?\))?: ([^;]+);$/gm)].map(([, comment, fixed, member = "", , call, type = ""]): Member => ({
    kind: call === undefined ? "field" : "method",
    name: member,
    ...(comment && { description: bare(comment) }),
    ...(call === undefined ? { type: { text: type } } : { type: { text: `${call} => ${type}` } }),
    ...(fixed && { readonly: true as const }),
  }));
  return [...(above === "HTMLElement" ? [] : membersOf(above, faces)), ...own];
}

/** All elements that src/view defines. */
export function manifest(source: string): Manifest {
  const folder = join(source, "view");
  const faces = readFileSync(join(folder, "elements.ts"), "utf8");
  const declarations: Declaration[] = [];
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")).sort()) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, tagName = "", className = ""] of text.matchAll(/^define\("([\w-]+)", (\w+)\);$/gm)) {
      const head = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*export class ${className}\\b[^{]*`).exec(text);
      const comment = bare(head?.[1] ?? "");
      if (tagged(comment, "element")[0]?.name !== tagName) throw new Error(`src/view/${file}: the doc comment of ${className} has no "@element ${tagName}"`);
      const face = new RegExp(`"${tagName}": (\\w+);`).exec(faces)?.[1];
      if (face === undefined) throw new Error(`src/view/elements.ts: no interface for "${tagName}"`);
      const strict = (list: Named[]): (Named & { type: { text: string } })[] => list.map((one) => ({ ...one, type: one.type ?? { text: "CustomEvent" } }));
      declarations.push({
        kind: "class", customElement: true, name: className, tagName, superclass: HTML_ELEMENT,
        description: comment.split(/^@/m)[0]?.replace(/\s+/g, " ").trim() ?? "",
        attributes: tagged(comment, "attr", "attribute"), members: membersOf(face, faces), events: strict(tagged(comment, "fires", "event")),
        slots: tagged(comment, "slot"), cssParts: tagged(comment, "csspart"), cssProperties: tagged(comment, "cssprop"),
      });
    }
  }
  const path = "dist/element.js";
  return {
    schemaVersion: "1.0.0",
    modules: [{
      kind: "javascript-module", path, declarations,
      exports: declarations.map(({ name, tagName }) => ({ kind: "custom-element-definition", name: tagName, declaration: { name, module: path } })),
    }],
  };
}

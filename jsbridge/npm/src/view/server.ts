// build.ts puts these in place of the globals of the same names in the elements and in Lit, which touch them while they are
// imported. So a server can import the elements; there it defines none.
const scope = globalThis as { HTMLElement?: typeof globalThis.HTMLElement; document?: Document };

export const HTMLElement = scope.HTMLElement ?? class {};
export const document = scope.document ?? { createTreeWalker: () => ({}) };

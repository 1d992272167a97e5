const names: string[] = [];

/**
 * Names of the elements that this copy of the package has defined: none in Node, and none that another copy on the page defined
 * before.
 */
export const defined: readonly string[] = names;

/** Defines an element where there are elements, unless the page has one of that name. */
export function define(name: `unfold-${string}`, element: CustomElementConstructor): void {
  const registry = (globalThis as { customElements?: CustomElementRegistry }).customElements;
  if (!registry || registry.get(name)) return;
  registry.define(name, element);
  names.push(name);
}

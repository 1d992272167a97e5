/** The page's elements by their stable hooks; what tests and scripts also hold on to. */

function find<E extends Element>(selector: string, type: abstract new (...args: never[]) => E): E {
  const element = document.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`page: ${selector} is ${element?.tagName ?? "missing"}, want ${type.name}`);
  return element;
}

/** Where the page puts something: `[data-output=name]`. */
export const output = (name: string): HTMLElement => find(`[data-output="${name}"]`, HTMLElement);

/** A button: `[data-action=name]`. */
export const action = (name: string): HTMLButtonElement => find(`[data-action="${name}"]`, HTMLButtonElement);

export const input = (name: string): HTMLInputElement => find(`[data-control="${name}"]`, HTMLInputElement);
export const select = (name: string): HTMLSelectElement => find(`[data-control="${name}"]`, HTMLSelectElement);
export const textarea = (name: string): HTMLTextAreaElement => find(`[data-control="${name}"]`, HTMLTextAreaElement);

/** Any other element of the page. */
export const part = (selector: string): HTMLElement => find(selector, HTMLElement);

/** Writes only when it differs, so that nothing is laid out again for nothing. */
export function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

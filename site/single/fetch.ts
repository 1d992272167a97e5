import files from "virtual:files";

// In the one-file page this stands in for `fetch`: a page from file:// may fetch nothing, and what it would fetch is inside it.

/** The answer that a static host would give for a file that is inside the page; everything else is asked of the browser. */
export async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { href } = new URL(input instanceof Request ? input.url : input, document.baseURI);
  const folder = new URL(".", document.baseURI).href;
  const packed = href.startsWith(folder) ? files[href.slice(folder.length)] : undefined;
  if (packed === undefined) return globalThis.fetch(input, init);
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream, { headers: { "Content-Type": "text/plain; charset=utf-8" } });
}

/**
 * The service worker: after one visit the page works without a network. Answers come from the network as long as there is one, so that a
 * host's new version is seen at once; the kept files all belong to one build, so that engine and page always fit.
 */
import files from "virtual:precache";

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const scope = globalThis as unknown as { readonly registration: ServiceWorkerRegistration; skipWaiting(): Promise<void>; readonly clients: { claim(): Promise<void> } };
const cacheName = "unfold";
// A network that takes longer counts as none, where there is a kept answer.
const patienceMs = 4000;

const keyOf = (file: string): string => new URL(`${file}?${files[file]}`, scope.registration.scope).href;

/** Fetches what is not kept yet under the same hash. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName);
  for (const file of Object.keys(files)) {
    const key = keyOf(file);
    if ((await cache.match(key)) !== undefined) continue;
    // Hosts answer for index.html with a redirection, which a navigation may not be given.
    const address = new URL(file === "index.html" ? "." : file, scope.registration.scope);
    const response = await fetch(address, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${file}: ${response.status}`);
    await cache.put(key, response);
  }
}

async function dropOld(): Promise<void> {
  const cache = await caches.open(cacheName);
  const wanted = new Set(Object.keys(files).map(keyOf));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
}

/** The file of this build that an address means. */
function fileOf(address: string): string | undefined {
  const { scope: base } = scope.registration;
  const url = address.split(/[?#]/, 1)[0] as string;
  const file = url.startsWith(base) ? url.slice(base.length) : undefined;
  return file === "" ? "index.html" : file !== undefined && Object.hasOwn(files, file) ? file : undefined;
}

async function answer(request: Request, file: string): Promise<Response> {
  const kept = async (): Promise<Response | undefined> => (await caches.open(cacheName)).match(keyOf(file));
  // A hash in the name: it is the same for ever.
  if (/-[A-Z0-9]{8}\.(js|css)$/.test(file)) {
    const known = await kept();
    if (known !== undefined) return known;
  }
  const network = fetch(request);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs));
  try {
    const first = await Promise.race([network, late]);
    return first ?? (await kept()) ?? (await network);
  } catch (thrown) {
    const known = await kept();
    if (known !== undefined) return known;
    throw thrown;
  }
}

addEventListener("install", (event) => (event as Lasting).waitUntil(keepAll().then(() => scope.skipWaiting())));
addEventListener("activate", (event) => (event as Lasting).waitUntil(dropOld().then(() => scope.clients.claim())));
addEventListener("fetch", (event) => {
  const { request } = event as Asked;
  const file = request.method === "GET" ? fileOf(request.url) : undefined;
  if (file !== undefined) (event as Asked).respondWith(answer(request, file));
});

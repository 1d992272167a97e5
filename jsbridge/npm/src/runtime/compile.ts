import type { Parts } from "../engine/boot.js";
import { UnfoldError, describe } from "../errors.js";
import { checkLinkage } from "./linkage.js";
import type { Wanted } from "./options.js";
import { splitPair } from "./pair.js";
import { builtin } from "./platform.js";

/** Where a build of the package has its engine: in itself, or beside itself. */
export type EngineSource = { kind: "inside"; packed: string } | { kind: "beside"; url: () => URL };

/** The same of the program that looks at matrices, with its SHA-256. */
export type AnalysisSource = EngineSource & { sha256: string | undefined };

/** The small parts, packed; they are in every build. */
export interface SmallParts {
  shim: string;
  /** The SIMD and the relaxed SIMD kernels, as a pair. */
  kernels: string;
  /** SHA-256 of unfold.wasm, hexadecimal, which a fetched engine must have; undefined: any will do. */
  sha256: string | undefined;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** What build.ts packed: gzip in base64. */
async function fromPacked(text: string): Promise<Bytes> {
  const binary = atob(text);
  const packed = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) packed[i] = binary.charCodeAt(i);
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (thrown) {
    throw new UnfoldError("BOOT", `the parts inside the package cannot be unpacked (${describe(thrown)})`, { cause: thrown });
  }
}

const SKIP_SPACE = /^[\s\uFEFF]*/;

/** Compiles, or says in a `BOOT` error what stood in the way. */
async function compile(bytes: Bytes, origin: string): Promise<WebAssembly.Module> {
  const head = new TextDecoder().decode(bytes.subarray(0, 64)).replace(SKIP_SPACE, "");
  if (head.startsWith("<")) {
    throw new UnfoldError("BOOT", `${origin}: HTML came instead of WebAssembly ("${head.slice(0, 24)}"); the file is missing there and a page was served in its place`);
  }
  if (!(bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d)) {
    const hex = [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, "0")).join(" ");
    throw new UnfoldError("BOOT", `${origin}: ${bytes.length} bytes that start with "${hex}" came; WebAssembly starts with "00 61 73 6d"`);
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (thrown) {
    throw compileError(thrown, origin);
  }
}

function compileError(thrown: unknown, origin: string): UnfoldError {
  const text = describe(thrown);
  if (/content security policy|unsafe-eval|blocked by csp/i.test(text)) {
    return new UnfoldError("BOOT", `the page's Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to its script-src (${text})`, { cause: thrown });
  }
  return new UnfoldError("BOOT", `${origin}: not valid WebAssembly, or damaged on the way (${text})`, { cause: thrown });
}

/** A flipped bit often leaves valid WebAssembly, and a cache may hold the engine of another version. */
async function checkDigest(bytes: Bytes, origin: string, sha256: string | undefined): Promise<void> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (sha256 === undefined || !subtle) return; // plain http has no subtle
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  const hex = [...digest].map((b) => b.toString(16).padStart(2, "0")).join("");
  if (hex === sha256) return;
  throw new UnfoldError("BOOT", `${origin}: ${bytes.length} bytes with SHA-256 ${hex.slice(0, 12)}… came; this package's unfold.wasm has ${sha256.slice(0, 12)}…: a file of another version, or damaged on the way`);
}

async function compileChecked(bytes: Bytes, origin: string, sha256: string | undefined): Promise<WebAssembly.Module> {
  // What is no WebAssembly at all is told first: it says more than a wrong digest.
  const module = await compile(bytes, origin);
  await checkDigest(bytes, origin, sha256);
  return module;
}

async function fetchModule(url: string, sha256: string | undefined): Promise<WebAssembly.Module> {
  if (url.startsWith("file:")) {
    const fs = builtin<{ readFileSync(path: URL): Bytes }>("node:fs");
    if (fs) {
      try {
        return await compileChecked(new Uint8Array(fs.readFileSync(new URL(url))), url, sha256);
      } catch (thrown) {
        if (thrown instanceof UnfoldError) throw thrown;
        throw new UnfoldError("BOOT", `${url}: the file cannot be read (${describe(thrown)})`, { cause: thrown });
      }
    }
  }
  let response: Response;
  try {
    response = await fetch(url);
  } catch (thrown) {
    throw new UnfoldError("BOOT", `${url}: cannot be fetched; offline, another origin without CORS, or a Content-Security-Policy whose connect-src leaves it out (${describe(thrown)})`, { cause: thrown });
  }
  if (!response.ok) throw new UnfoldError("BOOT", `${url}: the server answered ${response.status} ${response.statusText}`.trimEnd());
  const type = response.headers.get("content-type") ?? "none";
  // With the right type it is compiled while it comes. When that fails the bytes themselves tell more.
  const streamed = /^application\/wasm\s*(;|$)/i.test(type) ? WebAssembly.compileStreaming(response.clone()).catch(() => undefined) : undefined;
  let bytes: Bytes;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    throw new UnfoldError("BOOT", `${url}: the download broke off (${describe(thrown)})`, { cause: thrown });
  }
  const module = await streamed;
  if (!module) return compileChecked(bytes, `${url} (content-type ${type})`, sha256);
  await checkDigest(bytes, url, sha256);
  return module;
}

function besideModule(url: () => URL): string {
  try {
    return url().href;
  } catch (thrown) {
    throw new UnfoldError("BOOT", `the script was loaded from an address that unfold.wasm cannot be beside; give runtime.wasmURL, or import "unfold-rnn", which has it inside (${describe(thrown)})`, { cause: thrown });
  }
}

async function compileEngine(source: EngineSource, wanted: Wanted, sha256: string | undefined): Promise<WebAssembly.Module> {
  if (wanted.wasmModule) return wanted.wasmModule;
  if (wanted.wasmBytes) return compile(wanted.wasmBytes, "runtime.wasmBytes"); // the caller's own
  if (wanted.wasmURL !== undefined) return fetchModule(wanted.wasmURL, sha256);
  if (source.kind === "beside") return fetchModule(besideModule(source.url), sha256);
  return compile(await fromPacked(source.packed), "the engine inside the package");
}

/** Compiles the parts of an engine, once per package and variant where nothing is asked for specially. */
export class Compiler {
  private builtIn: Promise<WebAssembly.Module> | undefined;

  constructor(private readonly source: EngineSource, private readonly small: SmallParts) {}

  async parts(wanted: Wanted): Promise<Parts> {
    if (typeof WebAssembly !== "object") throw new UnfoldError("BOOT", "this browser has no WebAssembly");
    if (typeof DecompressionStream !== "function") throw new UnfoldError("BOOT", "this browser has no DecompressionStream to unpack the package with");
    const engine = this.engine(wanted);
    const shim = fromPacked(this.small.shim).then((bytes) => compile(bytes, "the shim inside the package"));
    const kernels = this.kernels(wanted.deterministic);
    // All are awaited together, so that no rejection is left alone.
    const [e, s, k] = await Promise.all([engine, shim, kernels]);
    checkLinkage(e, s);
    return { engine: e, shim: s, ...k };
  }

  private engine(wanted: Wanted): Promise<WebAssembly.Module> {
    const special = wanted.wasmModule ?? wanted.wasmBytes ?? wanted.wasmURL;
    if (special !== undefined) return compileEngine(this.source, wanted, this.small.sha256);
    this.builtIn ??= compileEngine(this.source, wanted, this.small.sha256).catch((thrown: unknown) => {
      this.builtIn = undefined; // the next call tries again
      throw thrown;
    });
    return this.builtIn;
  }

  /** The best kernels that this machine can run: validating them is the feature test. */
  private async kernels(deterministic: boolean): Promise<Pick<Parts, "variant" | "kernels">> {
    const [simd, relaxed] = splitPair(await fromPacked(this.small.kernels));
    if (!deterministic && WebAssembly.validate(relaxed)) {
      return { variant: "relaxed-simd", kernels: await compile(relaxed, "the relaxed SIMD kernels") };
    }
    if (WebAssembly.validate(simd)) return { variant: "simd", kernels: await compile(simd, "the SIMD kernels") };
    return { variant: "portable" };
  }
}

/** Compiles the program that looks at matrices; it has no kernels. */
export async function analysisParts(source: AnalysisSource, small: SmallParts): Promise<Parts> {
  const engine = source.kind === "beside"
    ? fetchModule(besideModule(source.url), source.sha256)
    : fromPacked(source.packed).then((bytes) => compile(bytes, "the analysis inside the package"));
  const shim = fromPacked(small.shim).then((bytes) => compile(bytes, "the shim inside the package"));
  const [e, s] = await Promise.all([engine, shim]);
  return { engine: e, shim: s, variant: "portable" };
}

import { clip } from "../errors.js";

/** What the Go program sees as its global object. Private to one instance: nothing leaks onto the page. */
export type Scope = Record<string, unknown>;

const CAPTURE = 8192;
const PANIC = /^(panic: |fatal error: |runtime: out of memory)/m;

/** Keeps what a program writes: its last words, or, once it panics, the panic from its first line on. */
export class Stderr {
  private readonly decoder = new TextDecoder();
  private kept = "";
  private panicking = false;

  write(bytes: Uint8Array): void {
    this.kept += this.decoder.decode(bytes, { stream: true });
    if (!this.panicking) {
      const start = this.kept.search(PANIC);
      if (start >= 0) {
        this.panicking = true;
        this.kept = this.kept.slice(start);
      }
    }
    if (this.kept.length > CAPTURE) this.kept = this.panicking ? this.kept.slice(0, CAPTURE) : this.kept.slice(-CAPTURE);
  }

  /** At most 2 KB. */
  text(): string {
    return this.panicking ? clip(this.kept) : this.kept.slice(-2048);
  }
}

function enosys(): Error {
  return Object.assign(new Error("not implemented"), { code: "ENOSYS" });
}

const ABSENT_CALLS = [
  "chmod", "chown", "close", "fchmod", "fchown", "fstat", "ftruncate", "lchown", "link", "lstat", "mkdir", "open", "read", "readdir",
  "readlink", "rename", "rmdir", "stat", "symlink", "truncate", "unlink", "utimes",
];

/** A file system with two open files, stdout and stderr, and nothing else. */
function fileSystem(stderr: Stderr): Scope {
  const fs = Object.create(null) as Scope;
  fs.constants = { O_WRONLY: -1, O_RDWR: -1, O_CREAT: -1, O_TRUNC: -1, O_APPEND: -1, O_EXCL: -1, O_DIRECTORY: -1 };
  fs.writeSync = (_fd: number, bytes: Uint8Array): number => {
    stderr.write(bytes);
    return bytes.length;
  };
  fs.write = (_fd: number, bytes: Uint8Array, offset: number, length: number, _position: unknown, done: (error: Error | null, written?: number) => void): void => {
    stderr.write(bytes.subarray(offset, offset + length));
    done(null, length);
  };
  fs.fsync = (_fd: number, done: (error: Error | null) => void): void => done(null);
  for (const name of ABSENT_CALLS) {
    fs[name] = (...args: unknown[]): void => (args.at(-1) as (error: Error) => void)(enosys());
  }
  return fs;
}

function processTable(): Scope {
  const absent = (): never => {
    throw enosys();
  };
  const id = (): number => -1;
  return { pid: -1, ppid: -1, getuid: id, getgid: id, geteuid: id, getegid: id, getgroups: absent, umask: absent, cwd: absent, chdir: absent };
}

/**
 * The scope object of one instance. `ready` takes the bridge; `failed` hears of an exception in a timer of the program,
 * which nobody else could catch.
 */
export function createScope(stderr: Stderr, ready: (bridge: unknown) => void, failed: (thrown: unknown) => void): Scope {
  return Object.assign(Object.create(null) as Scope, {
    unfold: { ready },
    Object, Array, Error, Date, Promise, Math,
    ArrayBuffer, Uint8Array, Uint8ClampedArray, Int8Array, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
    TextEncoder, TextDecoder, performance, crypto, console,
    fs: fileSystem(stderr),
    process: processTable(),
    path: { resolve: (...segments: string[]): string => segments.join("/") },
    setTimeout: (task: () => void, delay: number): unknown =>
      setTimeout(() => {
        try {
          task();
        } catch (thrown) {
          failed(thrown);
        }
      }, delay),
    clearTimeout: (id: number | undefined): void => clearTimeout(id),
  });
}

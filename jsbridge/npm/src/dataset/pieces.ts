import type { Schedule } from "../engine/schedule.js";
import { createSchedule } from "../engine/schedule.js";

/** Long work on this thread, done in pieces of a few milliseconds, so that a page stays alive. */
export class Pause {
  private schedule: Schedule | undefined;
  private since = performance.now();

  /** Gives way to the event loop when this thread has worked for 8 ms since it last did. */
  async breathe(): Promise<void> {
    if (performance.now() - this.since < 8) return;
    this.schedule ??= createSchedule();
    const schedule = this.schedule;
    await new Promise<void>((resolve) => schedule(resolve));
    this.since = performance.now();
  }
}

/** Elements worked on between two looks at the clock. */
export const PIECE = 1 << 16;

/** A text as strings of about PIECE code units that end between characters; bytes are decoded as UTF-8. */
export function* textPieces(text: string | Uint8Array): Generator<string> {
  if (typeof text === "string") {
    let start = 0;
    while (start < text.length) {
      let end = Math.min(start + PIECE, text.length);
      const last = text.charCodeAt(end - 1);
      if (last >= 0xd800 && last <= 0xdbff && end < text.length) end++;
      yield text.slice(start, end);
      start = end;
    }
    return;
  }
  const decoder = new TextDecoder();
  for (let start = 0; start < text.length; start += PIECE) {
    const piece = decoder.decode(text.subarray(start, start + PIECE), { stream: true });
    yield piece;
  }
  yield decoder.decode();
}

/** A text as UTF-8. */
export function* bytePieces(text: string | Uint8Array): Generator<Uint8Array> {
  if (typeof text !== "string") {
    for (let start = 0; start < text.length; start += PIECE) yield text.subarray(start, start + PIECE);
    return;
  }
  const encoder = new TextEncoder();
  for (const piece of textPieces(text)) yield encoder.encode(piece);
}

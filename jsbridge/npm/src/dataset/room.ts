import { UnfoldError } from "../errors.js";

export type Numbers = Int32Array | Float32Array | Float64Array;
export type NumbersConstructor<A extends Numbers> = { new (length: number): A; readonly BYTES_PER_ELEMENT: number };

/** A typed array of so many elements; `MEMORY` when there is no room. */
export function allocate<A extends Numbers>(make: NumbersConstructor<A>, length: number, where: string, what: string): A {
  try {
    return new make(length);
  } catch (cause) {
    throw new UnfoldError("MEMORY", `${where}: ${what} need ${length * make.BYTES_PER_ELEMENT} bytes, more than can be had here`, { cause });
  }
}

/** A typed array that grows. `what`: its elements, for a message. */
export class Growing<A extends Numbers> {
  private room: A;
  length = 0;

  constructor(private readonly make: NumbersConstructor<A>, capacity: number, private readonly where: string, private readonly what: string) {
    this.room = this.ofLength(Math.max(16, capacity));
  }

  /** Room for `more` elements after the last; the caller writes them and moves `length`. */
  reserve(more: number): A {
    const wanted = this.length + more;
    if (wanted > this.room.length) {
      const larger = this.ofLength(Math.max(wanted, Math.ceil(this.room.length * 1.5)));
      larger.set(this.room.subarray(0, this.length));
      this.room = larger;
    }
    return this.room;
  }

  push(value: number): void {
    const room = this.reserve(1);
    room[this.length++] = value;
  }

  /** The elements; in an array of their own when a good part of the room is empty. */
  take(): A {
    const { room, length } = this;
    return (length * 8 >= room.length * 7 ? room.subarray(0, length) : room.slice(0, length)) as A;
  }

  private ofLength(length: number): A {
    return allocate(this.make, length, this.where, `${length} ${this.what}`);
  }
}

import { UnfoldError } from "../errors.js";

/** One record, and the line that it begins on, from 1. */
export interface CsvRecord {
  fields: string[];
  line: number;
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

const START = 0; // before a field
const PLAIN = 1; // in a field without quotes
const QUOTED = 2; // between quotes
const CLOSED = 3; // after a quote that ends the field, or is the first of two

/**
 * Reads CSV (RFC 4180) piece by piece: fields in quotes hold separators, line breaks and doubled quotes; lines end with LF, CRLF
 * or CR; a byte order mark is skipped, and so are empty lines. A quote inside a field that does not begin with one is `FORMAT`.
 */
export class CsvReader {
  private state = START;
  private field = "";
  private fields: string[] = [];
  private line = 1;
  private recordLine = 1;
  private quoteLine = 1;
  private afterCR = false;
  private atStart = true;

  constructor(private readonly where: string, private readonly separator: string) {}

  /** The records that end in this piece. */
  push(piece: string): CsvRecord[] {
    const out: CsvRecord[] = [];
    const separator = this.separator.charCodeAt(0);
    let from = 0;
    let i = 0;
    if (this.atStart && piece !== "") {
      this.atStart = false;
      if (piece.charCodeAt(0) === 0xfeff) from = i = 1;
    }
    for (; i < piece.length; i++) {
      const code = piece.charCodeAt(i);
      const breaks = code === LF || code === CR;
      if (breaks && !(code === LF && this.afterCR)) this.line++;
      const second = code === LF && this.afterCR;
      this.afterCR = code === CR;
      if (this.state === QUOTED) {
        if (code !== QUOTE) continue;
        this.field += piece.slice(from, i);
        this.state = CLOSED;
        continue;
      }
      if (code === QUOTE) {
        from = this.quote(i);
      } else if (code === separator) {
        if (this.state === PLAIN) this.field += piece.slice(from, i);
        this.endField();
        from = i + 1;
      } else if (breaks) {
        if (this.state === PLAIN) this.field += piece.slice(from, i);
        if (second) this.recordLine = this.line;
        else this.endRecord(out);
        from = i + 1;
      } else if (this.state === START) {
        this.state = PLAIN;
        from = i;
      } else if (this.state === CLOSED) {
        this.refuse(this.line, `${JSON.stringify(piece[i])} after the quote that closes a field; a separator or the end of the line is wanted`);
      }
    }
    if (this.state === PLAIN || this.state === QUOTED) this.field += piece.slice(from);
    return out;
  }

  /** The last record, when no line break ends it. */
  end(): CsvRecord[] {
    if (this.state === QUOTED) this.refuse(this.quoteLine, "a quote opens a field that never ends");
    const out: CsvRecord[] = [];
    this.endRecord(out);
    return out;
  }

  /** A quote outside quotes; gives where the text after it begins. */
  private quote(i: number): number {
    if (this.state === PLAIN) this.refuse(this.line, "a quote inside a field that does not begin with one; such a field has to be quoted whole, its quotes doubled");
    if (this.state === CLOSED) this.field += '"';
    else this.quoteLine = this.line;
    this.state = QUOTED;
    return i + 1;
  }

  private endField(): void {
    this.fields.push(this.field);
    this.field = "";
    this.state = START;
  }

  private endRecord(out: CsvRecord[]): void {
    if (this.fields.length > 0 || this.state !== START) {
      this.endField();
      out.push({ fields: this.fields, line: this.recordLine });
      this.fields = [];
    }
    this.recordLine = this.line;
  }

  private refuse(line: number, what: string): never {
    throw new UnfoldError("FORMAT", `${this.where}: line ${line} of the CSV: ${what}`);
  }
}

/**
 * A person's own text outlives a reload of this tab, and nothing else: short texts in sessionStorage, long ones in IndexedDB under a
 * name that only this tab's session knows. Where storage is refused (private modes, sandboxed frames) the text lives in memory only.
 */
const prefix = "unfold.";
// sessionStorage holds about 5 MB, in UTF-16 units of 2 bytes.
const shortText = 500_000;
const weekMs = 7 * 86_400_000;

/** Reading `localStorage` or `sessionStorage` itself may throw. */
export type StorageGetter = () => Storage;
const session: StorageGetter = () => sessionStorage;

export function recall(from: StorageGetter, name: string): string | null {
  try {
    return from().getItem(prefix + name);
  } catch {
    return null;
  }
}

export function store(to: StorageGetter, name: string, value: string): boolean {
  try {
    to().setItem(prefix + name, value);
    return true;
  } catch {
    return false;
  }
}

function forget(from: StorageGetter, name: string): void {
  try {
    from().removeItem(prefix + name);
  } catch {
    // Refused now as it was then: there is nothing to forget.
  }
}

/** A text and what it is called. */
export interface Kept {
  readonly text: string;
  readonly name: string;
}

/** Keeps the text for this tab's session. Resolves to whether it will outlive a reload. */
export async function keepText(text: string, name: string): Promise<boolean> {
  store(session, "name", name);
  if (text.length <= shortText && store(session, "text", text)) {
    forget(session, "long");
    return true;
  }
  try {
    const key = recall(session, "long") ?? sessionName();
    await inDatabase("readwrite", (texts) => texts.put({ text, at: Date.now() }, key));
    forget(session, "text");
    return store(session, "long", key);
  } catch {
    return false;
  }
}

/** Not randomUUID(), which plain http has not. */
function sessionName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].join("-");
}

/** The text kept by this tab before it was reloaded. */
export async function keptText(): Promise<Kept | null> {
  const name = recall(session, "name") ?? "";
  const short = recall(session, "text");
  if (short !== null) return { text: short, name };
  const key = recall(session, "long");
  if (key === null) return null;
  try {
    const found = await inDatabase("readonly", (texts) => texts.get(key) as IDBRequest<{ text: string } | undefined>);
    return found === undefined ? null : { text: found.text, name };
  } catch {
    return null;
  }
}

export async function forgetText(): Promise<void> {
  const key = recall(session, "long");
  for (const name of ["text", "long", "name"]) forget(session, name);
  if (key === null) return;
  try {
    await inDatabase("readwrite", (texts) => texts.delete(key));
  } catch {
    // dropOldTexts() gets it in a week.
  }
}

/** Deletes long texts of tabs that were closed more than a week ago. */
export async function dropOldTexts(): Promise<void> {
  try {
    const own = recall(session, "long");
    const keys = await inDatabase("readonly", (texts) => texts.getAllKeys());
    for (const key of keys) {
      if (key === own) continue;
      const found = await inDatabase("readonly", (texts) => texts.get(key) as IDBRequest<{ at: number } | undefined>);
      if (!(Date.now() - (found?.at ?? 0) < weekMs)) await inDatabase("readwrite", (texts) => texts.delete(key));
    }
  } catch {
    // No storage, no old texts.
  }
}

function inDatabase<T>(mode: IDBTransactionMode, act: (texts: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("unfold", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("texts");
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("another version of the page holds the database"));
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        const transaction = database.transaction("texts", mode);
        const request = act(transaction.objectStore("texts"));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
        transaction.onerror = () => reject(transaction.error);
      } catch (thrown) {
        reject(thrown as Error);
      } finally {
        database.close();
      }
    };
  });
}

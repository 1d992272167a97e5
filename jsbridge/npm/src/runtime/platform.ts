interface ProcessLike {
  getBuiltinModule?: (name: string) => unknown;
}

/** A module of Node, where there is one. Not an import, so that bundlers for browsers find nothing to resolve. */
export function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: ProcessLike };
  try {
    return (process?.getBuiltinModule?.(name) as T | undefined) ?? undefined;
  } catch {
    return undefined;
  }
}

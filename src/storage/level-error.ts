/** LevelDB's own error, which is the cause of one that merely says that the store is not open; any other as it is. */
function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error;
}

/** What went wrong with a store, as the system says it. */
export function levelReason(error: unknown): string {
  const inner = innermost(error);
  return inner instanceof Error ? inner.message : String(inner);
}

/** E.g. `LEVEL_LOCKED`; `undefined` where there is none. */
export function levelCode(error: unknown): string | undefined {
  const inner = innermost(error);
  return inner instanceof Error && 'code' in inner ? String(inner.code) : undefined;
}

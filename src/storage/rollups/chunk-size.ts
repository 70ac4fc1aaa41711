/** How much to do in one transaction: so much as takes about a given time, whatever the machine. */
export interface ChunkSize {
  /** At least 1. */
  current(): number;
  /** @param size how much it was: less than `current()` where there was no more, from which nothing is learned but that it is slow */
  took(milliseconds: number, size: number): void;
  /** It was too much. */
  failed(): void;
}

export interface ChunkSizeOptions {
  readonly start: number;
  readonly most: number;
  readonly targetMs: number;
}

export function createChunkSize({ start, most, targetMs }: ChunkSizeOptions): ChunkSize {
  let current = start;
  return {
    current: () => current,
    took(milliseconds, size) {
      const factor = Math.min(Math.max(targetMs / Math.max(milliseconds, 1), 0.25), 2);
      if (factor < 1 || size >= current) current = Math.min(Math.max(Math.floor(size * factor), 1), most);
    },
    failed() {
      current = Math.max(Math.floor(current / 4), 1);
    },
  };
}

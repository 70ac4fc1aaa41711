/** Hands what happens to whoever listens now. */
export interface FanOut<T extends readonly unknown[]> {
  emit(...event: T): void;
  /**
   * Returns how to stop listening.
   * @param isWanted whether the listener would do anything with an event; where none would, nobody needs to make it
   */
  listen(listener: (...event: T) => void, isWanted?: () => boolean): () => void;
  /** Whether any listener would do anything with an event now. */
  isWanted(): boolean;
}

/** @param onError is told of a listener that throws; the others still hear */
export function createFanOut<T extends readonly unknown[]>(onError: (error: unknown) => void): FanOut<T> {
  const listeners = new Map<(...event: T) => void, () => boolean>();
  return {
    emit(...event) {
      for (const listener of listeners.keys()) {
        try {
          listener(...event);
        } catch (error) {
          onError(error);
        }
      }
    },
    listen(listener, isWanted = () => true) {
      listeners.set(listener, isWanted);
      return () => listeners.delete(listener);
    },
    isWanted: () => [...listeners.values()].some((isWanted) => isWanted()),
  };
}

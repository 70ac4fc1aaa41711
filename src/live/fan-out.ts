/** Hands what happens to whoever listens now. */
export interface FanOut<T extends readonly unknown[]> {
  emit(...event: T): void;
  /** Returns how to stop listening. */
  listen(listener: (...event: T) => void): () => void;
}

/** @param onError is told of a listener that throws; the others still hear */
export function createFanOut<T extends readonly unknown[]>(onError: (error: unknown) => void): FanOut<T> {
  const listeners = new Set<(...event: T) => void>();
  return {
    emit(...event) {
      for (const listener of listeners) {
        try {
          listener(...event);
        } catch (error) {
          onError(error);
        }
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

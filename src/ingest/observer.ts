/** Hears how long things take, for histograms. Called on the acknowledged path: cheap, and never throws. */
export interface IngestObserver {
  /** After a commit: how many readings were in the batch, and how long its statements took, in seconds. */
  committed(readings: number, seconds: number): void;
  /** With each acknowledgement: how long after the receipt of its message, in seconds; to a millisecond. */
  acknowledged(seconds: number): void;
}

export const NO_OBSERVER: IngestObserver = { committed: () => undefined, acknowledged: () => undefined };

import type { Writer } from './writer.ts';

/** A writer for a database that may not be there yet when readings come in. */
export interface LateWriter extends Writer {
  /** From now on this one writes. */
  attach(writer: Writer): void;
}

/** @param problem why the database can't be written to yet */
export function createLateWriter(problem: () => string): LateWriter {
  let attached: Writer | undefined;
  return {
    attach: (writer) => (attached = writer),
    write: (batch, attempt) => attached?.write(batch, attempt) ?? Promise.reject(new Error(problem())),
  };
}

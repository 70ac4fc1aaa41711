import type { Message, Micros } from '../telemetry/reading.ts';
import type { Ingest } from './ingest.ts';
import type { Submission } from './submission.ts';

/**
 * Submits a message of a door that answers once, such as HTTP, and waits until it is kept: committed, or in the spool.
 * @returns what became of it
 * @throws IngestClosedError, IngestOverloadedError, IngestStalledError: it was not stored, and its sender should try again
 */
export function submitAndWait(
  ingest: Ingest,
  receivedAt: Micros,
  message: Pick<Message, 'topic' | 'payload' | 'clientId'>,
): Promise<Submission> {
  return new Promise((resolve, reject) => {
    ingest.submit(received(message, receivedAt), {
      isImpatient: true,
      settled(error, submission) {
        if (error !== null) reject(error);
        else if (submission !== null) resolve(submission);
      },
    });
  });
}

/** QoS 1 in MQTT's terms: there is an answer, and whoever does not get it sends again. */
export function received<T extends Pick<Message, 'topic' | 'payload' | 'clientId'>>(
  message: T,
  receivedAt: Micros,
): T & Message {
  return { ...message, qos: 1, receivedAt, firstReceivedAt: receivedAt };
}

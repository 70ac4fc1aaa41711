/** What has become of all messages since the start. */
export interface IngestCounters {
  messages_received: number;
  messages_acknowledged: number;
  /** Committed in the database, before anybody was told of it: all that was in them is there, or kept as rejected. */
  messages_stored: number;
  /** Acknowledged from the spool, to be written to the database later. */
  messages_spooled: number;
  /** Among those that were spooled, now or in an earlier run: committed in the database since. */
  messages_unspooled: number;
  /** Not stored and not acknowledged: their senders have to send them again. */
  messages_refused: number;
  /** QoS 0 messages that were not stored: lost. */
  messages_dropped: number;
  messages_rejected: number;
  readings_written: number;
  readings_duplicate: number;
  batches_written: number;
  batches_retried: number;
}

export function newCounters(): IngestCounters {
  return {
    messages_received: 0,
    messages_acknowledged: 0,
    messages_stored: 0,
    messages_spooled: 0,
    messages_unspooled: 0,
    messages_refused: 0,
    messages_dropped: 0,
    messages_rejected: 0,
    readings_written: 0,
    readings_duplicate: 0,
    batches_written: 0,
    batches_retried: 0,
  };
}

import type { Client } from 'aedes';

/** Longest packet of a client that has not said CONNECT yet, in bytes. */
const MAX_FIRST_PACKET_BYTES = 4 * 1024;

/** The parts of Aedes' parser that the limit needs; they are private there, so a test watches them. */
interface Parser {
  _parseLength(): boolean;
  _emitError(error: Error): void;
  packet: { length: number };
}

/**
 * Closes a connection as soon as a packet announces more bytes than allowed. Aedes has no such limit: whoever sends
 * four headers that announce 256 MB each makes it collect a gigabyte, without even a CONNECT.
 */
export function limitPackets(client: Client, maxPacketBytes: number): void {
  const parser: unknown = Reflect.get(client, '_parser');
  if (!isParser(parser))
    throw new Error('this version of Aedes has another parser: packets would have no limit');
  const parseLength = parser._parseLength.bind(parser);
  parser._parseLength = () => {
    const complete = parseLength();
    const limit = client.connected || client.connecting ? maxPacketBytes : MAX_FIRST_PACKET_BYTES;
    if (!complete || parser.packet.length <= limit) return complete;
    parser._emitError(new Error(`a packet of ${parser.packet.length} bytes; ${limit} are allowed`));
    return false;
  };
}

function isParser(value: unknown): value is Parser {
  return typeof value === 'object' && value !== null && '_parseLength' in value && '_emitError' in value;
}

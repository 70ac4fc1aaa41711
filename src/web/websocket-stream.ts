import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** How long a client may take to answer our closing. */
const GOODBYE_MS = 1000;
/** Status codes of closing [RFC 6455, 7.4.1]. */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;

type Done = (error?: Error | null) => void;

/** Of what takes frames apart; both are private to `ws`, so a test watches them. */
const RECEIVER = '_receiver';
const RECEIVER_LIMIT = '_maxPayload';

/**
 * A WebSocket as the stream of bytes that MQTT is: packets may span frames, and a frame may hold several [MQTT-6.0.0-2].
 * It behaves as a socket does whose client has ended its side: what had come before is still read, and what is written
 * afterwards goes nowhere. All that was written in one go leaves in one frame.
 */
export class WebSocketStream extends Duplex {
  readonly #webSocket: WebSocket;
  readonly #receiver: object;
  #bytesTaken = 0;

  constructor(webSocket: WebSocket) {
    super();
    this.#webSocket = webSocket;
    const receiver: unknown = Reflect.get(webSocket, RECEIVER);
    if (!isReceiver(receiver)) throw new Error('this version of ws has another receiver');
    this.#receiver = receiver;
    webSocket.on('message', (data: Buffer, isBinary) => {
      if (this.destroyed) return;
      if (!isBinary) {
        webSocket.close(UNSUPPORTED_DATA, 'MQTT is binary');
        this.destroy(new Error('a text frame came over WebSocket [MQTT-6.0.0-1]'));
      } else if (!this.push(data)) webSocket.pause();
    });
    // A frame that is too long or malformed; `ws` closes with a status that says so.
    webSocket.on('error', (error) => this.destroy(error));
    webSocket.on('close', () => {
      if (!this.destroyed) this.push(null);
    });
  }

  /** All that was ever written, what waits included: as of a socket. */
  get bytesWritten(): number {
    return this.#bytesTaken + this.writableLength;
  }

  /**
   * How long a message may be from now on, in bytes: until it is whole, all of its fragments are kept. `ws` itself has one
   * limit from beginning to end.
   */
  limitMessages(maxBytes: number): void {
    Reflect.set(this.#receiver, RECEIVER_LIMIT, maxBytes);
  }

  override _read(): void {
    this.#webSocket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  /** Only the service ends its side first. */
  override _final(done: Done): void {
    if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.close(GOING_AWAY);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    const webSocket = this.#webSocket;
    // With much unsent the client has stopped reading: it would not see us close, and memory is to be free at once.
    if (webSocket.bufferedAmount > 0) webSocket.terminate();
    else if (webSocket.readyState !== WebSocket.CLOSED) {
      const deadline = setTimeout(() => webSocket.terminate(), GOODBYE_MS).unref();
      webSocket.once('close', () => clearTimeout(deadline));
      if (webSocket.readyState === WebSocket.OPEN) webSocket.close(NORMAL);
      webSocket.resume();
    }
    done(error);
  }

  #send(bytes: Buffer, done: Done): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) {
      done();
      return;
    }
    // Fails when the client goes meanwhile, which is told as its closing.
    this.#webSocket.send(bytes, () => {
      this.#bytesTaken += bytes.length;
      done();
    });
  }
}

function isReceiver(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, RECEIVER_LIMIT) === 'number'
  );
}

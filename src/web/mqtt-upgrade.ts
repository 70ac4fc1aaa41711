import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import proxyAddr from 'proxy-addr';
import { WebSocketServer } from 'ws';
import { WebError } from './errors.ts';
import { isOwnOrigin } from './origin.ts';
import type { WebParts } from './parts.ts';
import { answerAndClose } from './raw-answer.ts';
import { WebSocketStream } from './websocket-stream.ts';

/** The longest fixed header of a packet [MQTT-2.2]. */
const HEADER_BYTES = 5;
/** A packet of the longest that the broker takes may share its message with some short ones. */
const ROOM_FOR_OTHERS_BYTES = 64 * 1024;
const PATH = /^\/mqtt\/?(?:\?|$)/;
/** `mqtt` is what must be asked for [MQTT-6.0.0-3]; clients of MQTT 3.1 ask for the other. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'];

export type UpgradeParts = Pick<
  WebParts,
  'acceptMqtt' | 'allowedOrigins' | 'trustProxy' | 'maxConnectBytes' | 'maxPacketBytes'
>;

/**
 * Takes a request that a WebSocket is to be made of, with its connection and what has been read of it beyond.
 * @returns whether the connection is now one of MQTT
 */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

/** MQTT over WebSocket, at `/mqtt`. */
export function createMqttUpgrade(parts: UpgradeParts): Upgrade {
  const trust = proxyAddr.compile([...parts.trustProxy]);
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Whoever has not said who it is may have little kept for it.
    maxPayload: parts.maxConnectBytes + HEADER_BYTES,
    // Packets are short, and each connection would hold the memory of a compressor.
    perMessageDeflate: false,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  return (request, socket, head) => {
    const refusal = refusalOf(request, parts.allowedOrigins);
    if (refusal !== null) {
      answerAndClose(socket, refusal);
      return false;
    }
    // Of a client that has gone already there is none.
    const known: string | undefined = proxyAddr(request, trust);
    const address = known ?? '';
    // A proxy that does not say whom it speaks for.
    const isProxy = trust(address, 0);
    let isTaken = false;
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = new WebSocketStream(webSocket);
      const opened = (): void => stream.limitMessages(parts.maxPacketBytes + ROOM_FOR_OTHERS_BYTES);
      isTaken = parts.acceptMqtt(stream, { address, isProxy, opened });
    });
    return isTaken;
  };
}

function refusalOf(
  { url = '', headers }: IncomingMessage,
  allowedOrigins: readonly string[],
): WebError | null {
  if (!PATH.test(url)) {
    return new WebError(404, 'not-found', 'there is no WebSocket at this address; MQTT is at /mqtt');
  }
  // A browser lets any page open a WebSocket to anywhere, and tells only here whose page it is.
  if (!isOwnOrigin(headers) && !allowedOrigins.includes(headers.origin ?? '')) {
    return new WebError(
      403,
      'origin-not-allowed',
      'pages of other sites may not connect (ALLOWED_ORIGINS names those that may)',
    );
  }
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  if (!offered.some((name) => SUBPROTOCOLS.includes(name))) {
    return new WebError(400, 'subprotocol-missing', 'the WebSocket must ask for the subprotocol mqtt');
  }
  return null;
}

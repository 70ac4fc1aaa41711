import type { IncomingMessage, Server } from 'node:http';
import { WebError } from './errors.ts';
import type { Upgrade } from './mqtt-upgrade.ts';
import { answerAndClose } from './raw-answer.ts';

/**
 * Hands requests for a WebSocket to `upgrade`. Programs also ask for HTTP/2 in this way (`h2c`: Java's client does at
 * each first request), and with a listener for upgrades Node would leave those to it: they are answered as if they had
 * not asked, as a server may that knows no other protocol [RFC 9110, 7.8].
 * @param event which the server takes a connection by
 */
export function handleUpgrades(
  server: Server,
  event: 'connection' | 'secureConnection',
  upgrade: Upgrade,
): void {
  const askedBefore = new WeakSet<object>();
  server.on('upgrade', (request, socket, head) => {
    const asked = request.headers.upgrade?.toLowerCase() ?? '';
    if (asked === 'websocket') {
      upgrade(request, socket, head);
      return;
    }
    // Each time leaves some listeners on the connection: no client has a reason to ask again.
    if (asked.includes('websocket') || askedBefore.has(socket)) {
      answerAndClose(socket, new WebError(400, 'request-invalid', 'this upgrade is not possible'));
      return;
    }
    askedBefore.add(socket);
    socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
    server.emit(event, socket);
  });
}

/** The request's head once more, as it came. */
function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

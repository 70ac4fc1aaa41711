import type { AddressInfo, Server } from 'node:net';

/** @throws node's own error, EADDRINUSE above all */
export function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has one
      resolve(server.address() as AddressInfo);
    });
  });
}

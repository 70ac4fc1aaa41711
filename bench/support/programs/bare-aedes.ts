import { createServer } from 'node:net';
import { Aedes } from 'aedes';

// Aedes as its documentation starts it, on a free port.
const aedes = await Aedes.createBroker();
const server = createServer({ noDelay: true }, aedes.handle);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`port ${typeof address === 'object' ? address?.port : ''}\n`);
});

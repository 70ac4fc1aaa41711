import { pino } from 'pino';
import { EmbeddedServerError } from '../../../src/storage/embedded/error.ts';
import { startEmbeddedServer } from '../../../src/storage/embedded/server.ts';

/** Run as a process of its own by tests: starts a server, says one line, and closes on SIGTERM. */
async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}');
  try {
    const server = await startEmbeddedServer({ log: pino({ level: 'silent' }), ...options });
    process.once('SIGTERM', () => void server.close());
    process.stdout.write(`${JSON.stringify({ connection: server.connection })}\n`);
  } catch (error) {
    if (!(error instanceof EmbeddedServerError)) throw error;
    const { code, message, hint } = error;
    process.stdout.write(`${JSON.stringify({ code, message, hint })}\n`);
  }
}

await main();

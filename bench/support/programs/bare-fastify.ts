import { readFileSync } from 'node:fs';
import fastify from 'fastify';

// A route that returns the same bytes each time, and nothing else, on a free port.
const { file } = JSON.parse(process.argv[2] ?? '{}') as { readonly file: string };
const bytes = readFileSync(file);
const app = fastify();
app.get('/api/stations', (_request, reply) => {
  void reply.type('application/json; charset=utf-8').send(bytes);
});
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);

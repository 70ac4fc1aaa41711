import type { FastifyPluginCallback } from 'fastify';
import { WebError } from './errors.ts';

/** `GET /mqtt` without an upgrade: says what is there. */
export const mqttRoutes: FastifyPluginCallback = (app, _options, done) => {
  app.get('/mqtt', { config: { access: 'open' } }, (_request, reply) => {
    reply.headers({ upgrade: 'websocket', connection: 'upgrade' });
    throw new WebError(426, 'upgrade-required', 'MQTT over WebSocket is here, with the subprotocol mqtt');
  });
  done();
};

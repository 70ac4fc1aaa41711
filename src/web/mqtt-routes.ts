import type { FastifyPluginCallback } from 'fastify';
import { Type } from 'typebox';
import { WebError } from './errors.ts';

const TOLD = {
  answers: {
    101: { description: 'MQTT from here on' },
    426: { description: 'Upgrade Required', content: { 'text/html': Type.String() } },
  },
};

/** `GET /mqtt` without an upgrade: says what is there. */
export const mqttRoutes: FastifyPluginCallback = (app, _options, done) => {
  const config = {
    access: 'open',
    errors: ['upgrade-required', 'subprotocol-missing', 'origin-not-allowed'],
    told: TOLD,
  } as const;
  const schema = {
    operationId: 'mqtt',
    tags: ['Live'],
    summary: 'MQTT over WebSocket, with the subprotocol `mqtt`',
    description: 'Credentials are those of MQTT itself: user name and password of its CONNECT.',
  };
  app.get('/mqtt', { config, schema }, (_request, reply) => {
    reply.headers({ upgrade: 'websocket', connection: 'upgrade' });
    throw new WebError(426, 'upgrade-required', 'MQTT over WebSocket is here, with the subprotocol mqtt');
  });
  done();
};

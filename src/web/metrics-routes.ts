import type { FastifyPluginCallback } from 'fastify';
import { Type } from 'typebox';
import type { WebParts } from './parts.ts';

const TOLD = {
  answers: { 200: { description: "Prometheus' text format", content: { 'text/plain': Type.String() } } },
};

/** `GET /metrics`: for Prometheus. */
export function metricsRoutes(parts: WebParts): FastifyPluginCallback {
  return (app, _options, done) => {
    const config = { access: 'everything', told: TOLD } as const;
    const schema = { operationId: 'metrics', tags: ['Service'], summary: 'Numbers for Prometheus' };
    app.get('/metrics', { config, schema }, async (_request, reply) => {
      const { metrics, version } = parts;
      reply.type(metrics.contentType);
      return metrics.read({
        counters: parts.counters(),
        gauges: parts.gauges(),
        rejections: parts.rejections(),
        version,
      });
    });
    done();
  };
}

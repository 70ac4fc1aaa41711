import type { FastifyPluginCallback } from 'fastify';
import type { WebParts } from './parts.ts';

/** `GET /metrics`: for Prometheus. */
export function metricsRoutes(parts: WebParts): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/metrics', { config: { access: 'everything' } }, async (_request, reply) => {
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

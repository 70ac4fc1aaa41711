import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isMetricName, isStationName } from '../telemetry/topic.ts';
import { invalidParameter, WebError } from './errors.ts';
import type { WebParts } from './parts.ts';
import { spooledReply, stationParams, submitQuery, submitReply } from './schemas.ts';

const METRIC_RULE = 'must be 1 to 64 of a-z, 0-9, _ and ., beginning with a letter, and not status or time';
const STATION_RULE = 'must be 1 to 64 of A-Z, a-z, 0-9, ., _ and -, beginning with a letter or digit';

const SUBMITTED = {
  description: 'A payload as over MQTT, whatever its type is called',
  content: {
    'application/json': Type.Unknown({
      description:
        'Readings by metric with an optional `time`, or an array of these; with `metric=` a number, `{"value","time","unit"}`, or an array of these',
    }),
    'text/plain': Type.String({ description: 'A number, with `metric=`' }),
  },
};

/** `POST /api/stations/{station}/readings`: the same payloads as over MQTT, answered when they are kept. */
export function submitRoutes(parts: WebParts): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: parts.maxBodyBytes },
      (_request, body, parsed) => parsed(null, body),
    );
    app.post(
      '/api/stations/:station/readings',
      {
        config: {
          access: 'post',
          errors: ['body-empty', 'readings-rejected', 'ingest-closed', 'ingest-overloaded', 'ingest-stalled'],
          told: { body: SUBMITTED },
        },
        schema: {
          operationId: 'post-readings',
          tags: ['Posting'],
          summary: 'Takes readings, and answers when they are stored',
          params: stationParams,
          querystring: submitQuery,
          response: {
            201: { ...submitReply, description: 'They are committed' },
            202: { ...spooledReply, description: 'The database is away; they are flushed to the spool' },
          },
        },
        onRequest: (request, _reply, next) => {
          // Boards send all sorts here, `json` for one, which Fastify refuses as malformed; only the payload counts.
          delete request.headers['content-type'];
          next();
        },
      },
      async (request, reply) => {
        const { station } = request.params;
        const { metric } = request.query;
        if (!isStationName(station)) throw invalidParameter('station', STATION_RULE);
        if (metric !== undefined && !isMetricName(metric)) throw invalidParameter('metric', METRIC_RULE);
        if (!Buffer.isBuffer(request.body) || request.body.length === 0) {
          throw new WebError(400, 'body-empty', 'the body holds no reading');
        }
        const outcome = await parts.submit({
          topic: metric === undefined ? `stations/${station}` : `stations/${station}/${metric}`,
          payload: request.body,
          clientId: `http:${request.ip}`,
        });
        const rejected = outcome.rejections.map(({ reason, detail }) => ({ reason, detail }));
        const spooled = outcome.isSpooled ? outcome.decoded.readings.length : 0;
        if (spooled > 0) return reply.code(202).send({ spooled, rejected });
        if (outcome.stored === 0) {
          throw new WebError(
            422,
            'readings-rejected',
            'no reading was understood; the message is kept as rejected',
            {
              details: rejected,
            },
          );
        }
        return reply.code(201).send({ stored: outcome.stored, duplicates: outcome.duplicates, rejected });
      },
    );
    done();
  };
}

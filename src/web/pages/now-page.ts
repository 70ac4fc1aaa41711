import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import type { WebParts } from '../parts.ts';
import { createZonedTime } from '../zoned-time.ts';
import { frame } from './frame.ts';
import { cardTitle, stationCard } from './station-card.ts';

/** `GET /`: how it is now, everywhere. */
export function nowPage(parts: WebParts): FastifyPluginCallback {
  const zone = createZonedTime(parts.timeZone);
  return (app, _options, done) => {
    app.get('/', { config: { access: 'everything' } }, (request, reply) => {
      const page = frame(parts, request, reply, { title: 'Thermograph', path: '/' });
      const viewpoint = { now: parts.clock(), units: page.units, zone };
      const { isPrepared, databaseProblem } = parts.storing();
      const cards = parts.stations().map((station) => stationCard(station, viewpoint));
      return reply.view('now.hbs', {
        ...page,
        title: cardTitle(cards[0]),
        cards,
        size: ['none', 'one', 'few'][cards.length] ?? 'many',
        isAway: !isPrepared || databaseProblem !== undefined,
        howTo: cards.length === 0 && isPrepared ? howTo(parts, request) : undefined,
      });
    });
    done();
  };
}

/** What to type to see a first reading, with this service's own addresses. */
function howTo(
  parts: WebParts,
  request: FastifyRequest,
): { needsCredential: boolean; commands: { tool: string; line: string }[] } {
  const mqtt = parts.mqttAddress();
  const here = /^[A-Za-z0-9._:[\]-]+$/.test(request.host) ? request.host : '127.0.0.1';
  // A service that listens everywhere is best reached as this page was.
  const listensEverywhere = mqtt.host === '0.0.0.0' || mqtt.host === '::';
  const host = listensEverywhere ? here.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') : mqtt.host;
  const [login, header] = parts.allowAnonymous
    ? ['', '']
    : [' -u outside -P PASSWORD', " -H 'Authorization: Bearer PASSWORD'"];
  const rest = `-h ${host} -p ${mqtt.port}${login} -q 1 -t stations/outside/temperature -m 21.5`;
  return {
    needsCredential: !parts.allowAnonymous,
    commands: [
      { tool: 'With Node.js, nothing to install', line: `npx mqtt pub ${rest}` },
      { tool: 'With Mosquitto', line: `mosquitto_pub ${rest}` },
      {
        tool: 'Over HTTP',
        line: `curl${header} -d 21.5 'http://${here}/api/stations/outside/readings?metric=temperature'`,
      },
    ],
  };
}

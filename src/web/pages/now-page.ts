import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { createLocalDays } from '../../telemetry/local-days.ts';
import { NOT_TOLD } from '../openapi/route-description.ts';
import type { WebParts } from '../parts.ts';
import type { Templates } from '../templates.ts';
import { wallGrid } from '../wall-grid.ts';
import type { Words } from '../words.ts';
import { awaitedStations } from './awaited-stations.ts';
import type { Frames } from './frame.ts';
import { createCards } from './made-cards.ts';
import { cardTitle, stationCard } from './station-card.ts';
import { groupStations, type StationGroup } from './station-groups.ts';

/** So many stations are shown large; more of them stand in columns as wide as a phone. */
const FEW = 4;
/** More than these make no more columns on a wall. */
const MOST_ON_WALL = 40;

/** `GET /`: how it is now, everywhere. */
export function nowPage(
  parts: WebParts,
  frames: Frames,
  { partial }: Pick<Templates, 'partial'>,
): FastifyPluginCallback {
  const days = createLocalDays(parts.timeZone);
  const makeCard = createCards((card, root) => partial('card', card, root));
  return (app, _options, done) => {
    app.get('/', { config: { access: 'everything' }, schema: NOT_TOLD }, (request, reply) => {
      const page = frames(request, reply, { path: '/' });
      const viewpoint = { ...page, now: parts.clock(), days, day: parts.day };
      const { isPrepared, databaseProblem } = parts.storing();
      const groups = groupStations(parts.stations());
      const isGrouped = !page.isKiosk && groups.some(({ name }) => name !== null);
      const sections = page.isKiosk ? onWall(groups) : groups;
      const count = sections.reduce((sum, { stations }) => sum + stations.length, 0);
      const awaited = awaitedStations(parts, page.words);
      const first = groups[0]?.stations[0];
      return reply.view('now.hbs', {
        ...page,
        title: cardTitle(first && stationCard(first, viewpoint)),
        isGrouped,
        layout: page.isKiosk ? wallLayout(count) : layout(count, isGrouped),
        groups: sections.map(({ name, stations }) => ({
          name,
          cards: stations.map((station) => makeCard(station, viewpoint, isGrouped)),
        })),
        isAway: !isPrepared || databaseProblem !== undefined,
        howTo: count === 0 && isPrepared ? howTo(parts, request, page.words, awaited?.first) : undefined,
        awaited: page.isKiosk && count > 0 ? undefined : awaited,
        rotate: `${parts.program} credentials rotate ${awaited?.first}`,
      });
    });
    done();
  };
}

function layout(count: number, isGrouped: boolean): string {
  const size = count === 1 ? 'one' : count <= FEW ? 'few' : 'many';
  return `cards-${size}${isGrouped ? ' cards-grouped' : ''}`;
}

/** In the order of the groups, but without headings. */
function onWall(groups: readonly StationGroup[]): readonly StationGroup[] {
  return [{ name: null, stations: groups.flatMap(({ stations }) => stations) }];
}

/** For a screen of the usual shape. Scripts look at the screen itself. */
function wallLayout(count: number): string {
  const landscape = wallGrid(Math.min(count, MOST_ON_WALL), { width: 16, height: 10 });
  const portrait = wallGrid(Math.min(count, MOST_ON_WALL), { width: 10, height: 16 });
  return `landscape-${landscape.columns} portrait-${portrait.columns}`;
}

/**
 * What to type to see a first reading, with this service's own addresses.
 * @param awaited a station that has a password already
 */
function howTo(
  parts: WebParts,
  request: FastifyRequest,
  words: Words,
  awaited: string | undefined,
): { needsCredential: boolean; command: string; commands: { tool: string; line: string }[] } {
  const mqtt = parts.mqttAddress();
  const here = /^[A-Za-z0-9._:[\]-]+$/.test(request.host) ? request.host : '127.0.0.1';
  // A service that listens everywhere is best reached as this page was.
  const listensEverywhere = mqtt.host === '0.0.0.0' || mqtt.host === '::';
  const host = listensEverywhere ? here.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') : mqtt.host;
  const station = awaited ?? 'outside';
  const [login, header] =
    parts.allowAnonymous && awaited === undefined
      ? ['', '']
      : [` -u ${station} -P PASSWORD`, " -H 'Authorization: Bearer PASSWORD'"];
  const rest = `-h ${host} -p ${mqtt.port}${login} -q 1 -t stations/${station}/temperature -m 21.5`;
  return {
    needsCredential: !parts.allowAnonymous && awaited === undefined,
    command: `${parts.program} station add outside`,
    commands: [
      { tool: words.text('now.withNode'), line: `npx mqtt pub ${rest}` },
      { tool: words.text('now.withMosquitto'), line: `mosquitto_pub ${rest}` },
      {
        tool: words.text('now.overHttp'),
        line: `curl${header} -d 21.5 'http://${here}/api/stations/${station}/readings?metric=temperature'`,
      },
    ],
  };
}

import type { FastifyPluginCallback } from 'fastify';
import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { StationSnapshot } from '../../telemetry/station.ts';
import type { BackupStatus, RollupStatus, StoringState, WebParts } from '../parts.ts';
import { NOT_TOLD } from '../openapi/route-description.ts';
import { createStatusFacts } from '../status-facts.ts';
import { LATE_AFTER_MS, STALE_AFTER_MS } from '../freshness.ts';
import type { Locale } from '../locales.ts';
import { awaitedStations } from './awaited-stations.ts';
import { channelFacts } from './channel-rows.ts';
import { diskUseFacts, expiryFacts } from './disk-use.ts';
import type { Frames } from './frame.ts';
import { rejectedFacts } from './rejected-facts.ts';
import { isSilent, stationHref } from './station-card.ts';
import { stationsInOrder } from './station-groups.ts';
import { stationRates } from './station-rates.ts';
import { statusVerdict } from './status-verdict.ts';

/** `GET /status`: whether all is well, and what has come in and been refused. */
export function statusPage(
  parts: WebParts,
  frames: Frames,
  databaseAnswers: () => Promise<boolean>,
): FastifyPluginCallback {
  const readFacts = createStatusFacts(parts);
  return (app, _options, done) => {
    app.get('/status', { config: { access: 'everything' }, schema: NOT_TOLD }, async (request, reply) => {
      const page = frames(request, reply, { path: '/status' });
      const { words, zone } = page;
      const [databaseOk, facts] = await Promise.all([databaseAnswers(), readFacts()]);
      const now = parts.clock();
      const stations = stationsInOrder(parts.stations());
      const awaited = awaitedStations(parts, words);
      const silent = stations.filter((station) => isSilent(station, now, STALE_AFTER_MS));
      const brokerOk = parts.brokerListening();
      const storing = parts.storing();
      const counters = parts.counters();
      const backup = parts.backup();
      const rates = stationRates(facts.rates ?? [], parts.day, page);
      const startedAt = parts.startedAt.getTime() * 1000;
      return reply.view('status.hbs', {
        ...page,
        title: `${words.text('status.title')} · Thermograph`,
        verdict: statusVerdict(
          {
            databaseOk,
            brokerOk,
            storing,
            stations: stations.length,
            silent,
            awaited: awaited?.count ?? 0,
            diskUse: facts.diskUse,
            problems: {
              expiry: facts.diskUse?.expiryProblem,
              rollups: parts.rollups().problem,
              backup: backup?.problem,
            },
          },
          page,
        ),
        since: {
          full: zone.full(startedAt),
          iso: formatMicros(startedAt),
          age: words.age((now - startedAt) / 1000),
        },
        versions: versionsText(facts.postgresVersion),
        broker: { ok: brokerOk, ...parts.mqttAddress() },
        database: { ok: databaseOk },
        spool: spoolFacts(storing, page),
        rollups: rollupFacts(parts.rollups(), now, page),
        expiry: expiryFacts(facts.diskUse, now, page),
        backup: backupFacts(backup, now, page),
        disk: diskUseFacts(facts.diskUse, parts.retention, page),
        stationCount: stations.length,
        stationsUnknown: stations.length === 0 && !storing.isPrepared,
        stations: stations.map((station) => ({
          ...stationRow(station, now, page),
          rate: rates.get(station.station),
        })),
        awaited,
        hasStations: stations.length > 0 || awaited !== undefined,
        channels: channelFacts(facts.channels, counters, now, page),
        gauges: figureRows(parts.gauges(), page),
        counters: figureRows(counters, page),
        rejected: rejectedFacts(facts.rejected, now, page),
        rejectedKnown: facts.rejected !== undefined,
      });
    });
    done();
  };
}

/** Of what it runs on. */
function versionsText(postgres: string | undefined): string {
  return [
    `Node ${process.versions.node}`,
    ...(postgres === undefined ? [] : [`PostgreSQL ${postgres}`]),
  ].join(', ');
}

function spoolFacts(
  { spoolProblem, spooledMessages = 0, spooledBytes = 0 }: StoringState,
  { words, names }: Locale,
): object {
  return {
    problem: spoolProblem,
    held: spooledMessages === 0 ? undefined : words.count('status.spool.held', spooledMessages),
    size: names.bytes(spooledBytes),
  };
}

function rollupFacts(
  { rolledUntil = Number.NEGATIVE_INFINITY, hoursBehind = 0, marks = 0, ...run }: RollupStatus,
  now: Micros,
  { words, names, zone }: Locale,
): object {
  const { problem, ranAt, runMs = 0 } = run;
  const isKnown = Number.isFinite(rolledUntil);
  const details = [
    isKnown && words.text('status.rollups.until', { time: zone.full(rolledUntil) }),
    marks > 0 && words.count('status.rollups.marks', marks),
    ranAt !== undefined &&
      words.text('status.rollups.lastRun', {
        age: words.age((now - ranAt) / 1000),
        duration: names.duration(runMs),
      }),
  ];
  return {
    problem,
    behind: hoursBehind > 0 ? words.count('status.rollups.behind', hoursBehind) : undefined,
    isKnown,
    details: isKnown ? details.filter((detail) => detail !== false).join(', ') : undefined,
  };
}

function backupFacts(
  status: BackupStatus | undefined,
  now: Micros,
  { words, names, zone }: Locale,
): object | undefined {
  if (status === undefined) return undefined;
  const { lastAt, bytes, runMs, problem, isOverdue } = status;
  const at = lastAt && lastAt.getTime() * 1000;
  return {
    problem,
    isOverdue,
    age: at && words.age((now - at) / 1000),
    details:
      at && [zone.full(at), names.bytes(bytes), ...(runMs > 0 ? [names.duration(runMs)] : [])].join(', '),
  };
}

/** What is nothing is apart: most of it is nearly always. */
function figureRows(figures: Readonly<Record<string, number>>, locale: Locale): object {
  const { names } = locale;
  const rows = (isNone: boolean): readonly object[] =>
    Object.entries(figures)
      .filter(([, figure]) => (figure === 0) === isNone)
      .map(([name, figure]) => ({
        name: names.counter(name),
        key: name,
        count: figureText(name, figure, locale),
      }));
  return { some: rows(false), none: rows(true) };
}

/** With the unit that its name ends in. */
function figureText(name: string, figure: number, { words, names }: Locale): string {
  if (name.endsWith('_bytes')) return names.bytes(figure);
  if (name.endsWith('_ms')) return names.duration(figure);
  return name.endsWith('_seconds') ? names.duration(figure * 1000) : words.whole(figure);
}

function stationRow(station: StationSnapshot, now: Micros, { words, zone }: Locale): object {
  const { lastSeenAt, online } = station;
  const late = isSilent(station, now, LATE_AFTER_MS);
  return {
    title: station.title,
    href: stationHref(station.station),
    state: words.text(online ? 'status.connected' : late ? 'status.offline' : 'status.notConnected'),
    silent: isSilent(station, now, STALE_AFTER_MS),
    lastSeen:
      lastSeenAt === null
        ? undefined
        : {
            iso: formatMicros(lastSeenAt),
            age: words.age((now - lastSeenAt) / 1000),
            full: zone.full(lastSeenAt),
          },
  };
}

import { bytesText } from '../../telemetry/bytes-text.ts';
import type { FastifyPluginCallback } from 'fastify';
import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { StationSnapshot } from '../../telemetry/station.ts';
import type { RejectedRow } from '../../storage/rejected-query.ts';
import type { RollupStatus, StoringState, WebParts } from '../parts.ts';
import { createStatusFacts } from '../status-facts.ts';
import { ageText, counted, counterName, durationText, LATE_AFTER_MS, STALE_AFTER_MS } from '../words.ts';
import { createZonedTime, type ZonedTime } from '../zoned-time.ts';
import { channelFacts } from './channel-rows.ts';
import { diskUseFacts, expiryFacts } from './disk-use.ts';
import { frame } from './frame.ts';
import { isSilent, stationHref } from './station-card.ts';
import { statusVerdict } from './status-verdict.ts';

/** `GET /status`: whether all is well, and what has come in and been refused. */
export function statusPage(parts: WebParts, databaseAnswers: () => Promise<boolean>): FastifyPluginCallback {
  const zone = createZonedTime(parts.timeZone);
  const readFacts = createStatusFacts(parts.pool, parts.diskUse);
  return (app, _options, done) => {
    app.get('/status', { config: { access: 'everything' } }, async (request, reply) => {
      const page = frame(parts, request, reply, { title: 'Status · Thermograph', path: '/status' });
      const [databaseOk, facts] = await Promise.all([databaseAnswers(), readFacts()]);
      const now = parts.clock();
      const stations = parts.stations();
      const silent = stations.filter((station) => isSilent(station, now, STALE_AFTER_MS));
      const brokerOk = parts.brokerListening();
      const storing = parts.storing();
      const counters = parts.counters();
      const startedAt = parts.startedAt.getTime() * 1000;
      return reply.view('status.hbs', {
        ...page,
        verdict: statusVerdict({
          databaseOk,
          brokerOk,
          storing,
          stations: stations.length,
          silent,
          diskUse: facts.diskUse,
          zone,
        }),
        since: {
          full: zone.full(startedAt),
          iso: formatMicros(startedAt),
          age: ageText((now - startedAt) / 1000),
        },
        broker: { ok: brokerOk, ...parts.mqttAddress() },
        database: { ok: databaseOk },
        spool: spoolFacts(storing),
        rollups: rollupFacts(parts.rollups(), now, zone),
        expiry: expiryFacts(facts.diskUse, now),
        disk: diskUseFacts(facts.diskUse, parts.retention, zone),
        stationCount: stations.length,
        stationsUnknown: stations.length === 0 && !storing.isPrepared,
        stations: stations.map((station) => stationRow(station, now, zone)),
        channels: channelFacts(facts.channels, counters, now, zone),
        gauges: figureRows(parts.gauges()),
        counters: figureRows(counters),
        rejected: facts.rejectedByReason?.map(({ reason, count }) => ({
          reason,
          count: count.toLocaleString('en-GB'),
          href: `/api/rejected?reason=${encodeURIComponent(reason)}`,
        })),
        rejectedKnown: facts.rejectedByReason !== undefined,
        lastRejected: facts.lastRejected?.map((row) => rejectedRow(row, now, zone)),
      });
    });
    done();
  };
}

function spoolFacts({ spoolProblem, spooledMessages = 0, spooledBytes = 0 }: StoringState): object {
  return {
    problem: spoolProblem,
    held: spooledMessages === 0 ? undefined : counted(spooledMessages, 'message', 'messages'),
    size: bytesText(spooledBytes),
  };
}

function rollupFacts(
  { rolledUntil = Number.NEGATIVE_INFINITY, hoursBehind = 0, marks = 0, ...run }: RollupStatus,
  now: Micros,
  zone: ZonedTime,
): object {
  const { problem, ranAt, runMs = 0 } = run;
  const lastRun =
    ranAt === undefined ? [] : [`last run ${ageText((now - ranAt) / 1000)}, ${durationText(runMs)}`];
  const outOfDate = marks === 0 ? [] : [`${counted(marks, 'stretch', 'stretches')} to be made anew`];
  return {
    problem,
    behind: hoursBehind > 0 ? counted(hoursBehind, 'hour', 'hours') : undefined,
    until: Number.isFinite(rolledUntil) ? zone.full(rolledUntil) : undefined,
    details: [...outOfDate, ...lastRun].join(', '),
  };
}

function figureRows(figures: Readonly<Record<string, number>>): readonly object[] {
  return Object.entries(figures).map(([name, figure]) => ({
    name: counterName(name),
    key: name,
    count: figure.toLocaleString('en-GB'),
  }));
}

function stationRow(station: StationSnapshot, now: Micros, zone: ZonedTime): object {
  const { lastSeenAt, online } = station;
  const late = isSilent(station, now, LATE_AFTER_MS);
  return {
    title: station.title,
    href: stationHref(station.station),
    state: online ? 'connected' : late ? 'offline' : 'not connected',
    silent: isSilent(station, now, STALE_AFTER_MS),
    lastSeen:
      lastSeenAt === null
        ? undefined
        : {
            iso: formatMicros(lastSeenAt),
            age: ageText((now - lastSeenAt) / 1000),
            full: zone.full(lastSeenAt),
          },
  };
}

const PREVIEW_CHARACTERS = 120;

function rejectedRow(row: RejectedRow, now: Micros, zone: ZonedTime): object {
  const text = row.payload.toString('utf8');
  return {
    iso: formatMicros(row.receivedAt),
    age: ageText((now - row.receivedAt) / 1000),
    full: zone.full(row.receivedAt),
    topic: row.topic,
    reason: row.reason,
    detail: row.detail,
    payload: text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}…` : text,
  };
}

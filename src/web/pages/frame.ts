import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatMicros } from '../../telemetry/format-time.ts';
import { homePath } from '../access/home-path.ts';
import { isNobody } from '../access/visitors.ts';
import type { UnitSystem } from '../display-units.ts';
import type { WebParts } from '../parts.ts';
import { chooseUnits } from '../units-choice.ts';

/** What stands around every page. */
export interface Frame {
  readonly title: string;
  readonly units: UnitSystem;
  readonly unitLinks: readonly PageLink[];
  readonly nav: readonly PageLink[];
  /** The first page that whoever looks may read. */
  readonly home: string;
  readonly version: string;
  readonly timeZone: string;
  /** The service's time, for browsers whose clock is wrong. */
  readonly now: string;
  /** Whether there is nothing around but the name: whoever is not logged in can't go anywhere. */
  readonly isBare: boolean;
  /** Who is logged in with a cookie. */
  readonly login: string | null;
}

export interface PageLink {
  readonly label: string;
  /** What it is called where it can't be seen; the label, if empty. */
  readonly name?: string;
  readonly href: string;
  readonly current: boolean;
}

export interface FrameOptions {
  readonly title: string;
  /** The place in the navigation that is open. */
  readonly path: string;
  readonly isBare?: boolean;
}

export function frame(
  parts: WebParts,
  request: FastifyRequest,
  reply: FastifyReply,
  options: FrameOptions,
): Frame {
  const units = chooseUnits(request, reply, parts.units);
  const home = request.visitor === undefined ? '/' : homePath(parts, request.visitor.principal);
  return {
    title: options.title,
    units,
    unitLinks: [
      { label: '°C', name: 'Metric units', ...unitLink(request.url, units, 'metric') },
      { label: '°F', name: 'Imperial units', ...unitLink(request.url, units, 'imperial') },
    ],
    home,
    nav: pagesFor(home).map(({ label, href }) => ({
      label,
      href,
      current: options.path === href,
    })),
    version: parts.version,
    timeZone: parts.timeZone,
    now: formatMicros(parts.clock()),
    isBare: options.isBare ?? (parts.isPrivate && isNobody(request.visitor)),
    login: request.visitor?.by === 'cookie' ? request.visitor.principal.name : null,
  };
}

/** Nobody is led to what is refused to them. */
function pagesFor(home: string): readonly Pick<PageLink, 'label' | 'href'>[] {
  const now = { label: 'Now', href: home };
  return home === '/' ? [now, { label: 'Status', href: '/status' }] : [now];
}

/** The address that is open, in those units. */
function unitLink(
  address: string,
  chosen: UnitSystem,
  units: UnitSystem,
): Pick<PageLink, 'href' | 'current'> {
  const [path = '/', query = ''] = address.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('units', units);
  return { href: `${ownPath(path)}?${parameters.toString()}`, current: chosen === units };
}

/** Two slashes at the start, or what browsers take for two, would name another host; so would a whole URL. */
function ownPath(path: string): string {
  return /^[\\/]/.test(path) ? path.replace(/^[\\/]+/, '/') : '/';
}

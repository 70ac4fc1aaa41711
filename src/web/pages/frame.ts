import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatMicros } from '../../telemetry/format-time.ts';
import { homePath } from '../access/home-path.ts';
import { isNobody } from '../access/visitors.ts';
import {
  askedFor,
  chooseLanguage,
  chooseTheme,
  type ChosenUnits,
  chooseUnits,
  type Theme,
} from '../choices.ts';
import { LANGUAGES } from '../languages.ts';
import type { Locale, Locales } from '../locales.ts';
import type { WebParts } from '../parts.ts';
import type { Words } from '../words.ts';
import { displayLinks, type LinkGroup } from './display-links.ts';

/** What stands around every page. */
export interface Frame extends Locale, ChosenUnits {
  readonly theme: Theme;
  readonly display: readonly LinkGroup[];
  readonly languageLinks: readonly PageLink[];
  readonly nav: readonly PageLink[];
  /** The first page that whoever looks may read. */
  readonly home: string;
  /** Whether that is the one of all stations, and so everything may be read. */
  readonly isHomeTheStations: boolean;
  readonly version: string;
  /** See {@link Assets.build}. */
  readonly build: string;
  readonly timeZone: string;
  /** The service's time, for browsers whose clock is wrong. */
  readonly now: string;
  /** In the owner's zone, for a page that is looked at later. */
  readonly nowText: string;
  /** Whether there is nothing around but the name: whoever is not logged in can't go anywhere. */
  readonly isBare: boolean;
  readonly hasNoFooter: boolean;
  /** Whether it is for a wall: large, and nothing to click. */
  readonly isKiosk: boolean;
  /** Who is logged in with a cookie. */
  readonly login: string | null;
}

export interface PageLink {
  readonly label: string;
  /** The language that the label is in, if it is not that of the page. */
  readonly language?: string;
  readonly href: string;
  readonly current: boolean;
}

interface FrameOptions {
  /** The place in the navigation that is open. */
  readonly path: string;
  readonly isBare?: boolean;
}

/** Makes the frame of a page for whoever asks. */
export type Frames = (request: FastifyRequest, reply: FastifyReply, options: FrameOptions) => Frame;

export function createFrames(parts: WebParts, locales: Locales, build: string): Frames {
  return (request, reply, options) => {
    const now = parts.clock();
    const { units, chosen } = chooseUnits(request, reply, parts.units);
    const theme = chooseTheme(request, reply);
    const locale = locales[chooseLanguage(request, reply, parts.language)];
    const { language, words } = locale;
    const home = request.visitor === undefined ? '/' : homePath(parts, request.visitor.principal);
    const isBare = options.isBare ?? (parts.isPrivate && isNobody(request.visitor));
    const isKiosk = options.path === '/' && askedFor(request, 'kiosk') === '1';
    const here = (name: string, value: string): string => withParameter(request.url, name, value);
    return {
      ...locale,
      units,
      chosen,
      theme,
      display: displayLinks({ units, chosen, theme, words }, here),
      languageLinks: LANGUAGES.map((one) => ({
        label: locales[one].words.text('language.name'),
        language: one,
        href: here('lang', one),
        current: one === language,
      })),
      home,
      isHomeTheStations: home === '/',
      nav: pagesFor(home, words).map((link) => ({ ...link, current: options.path === link.href })),
      version: parts.version,
      build,
      timeZone: parts.timeZone,
      now: formatMicros(now),
      nowText: locale.zone.full(now),
      isBare,
      isKiosk,
      hasNoFooter: isBare || isKiosk,
      login: request.visitor?.by === 'cookie' ? request.visitor.principal.name : null,
    };
  };
}

/** Nobody is led to what is refused to them. */
function pagesFor(home: string, words: Words): readonly Pick<PageLink, 'label' | 'href'>[] {
  const now = { label: words.text('frame.now'), href: home };
  return home === '/' ? [now, { label: words.text('frame.status'), href: '/status' }] : [now];
}

/** The address that is open, with a parameter set. */
function withParameter(address: string, name: string, value: string): string {
  const [path = '/', query = ''] = address.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set(name, value);
  return `${ownPath(path)}?${parameters.toString()}`;
}

/** Two slashes at the start, or what browsers take for two, would name another host; so would a whole URL. */
function ownPath(path: string): string {
  return /^[\\/]/.test(path) ? path.replace(/^[\\/]+/, '/') : '/';
}

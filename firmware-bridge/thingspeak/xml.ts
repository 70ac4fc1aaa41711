/** A text, a number with its type, or nothing; by the name of the element. */
export type XmlValue = string | null | { readonly type: string; readonly text: string };

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A document of one element with others in it, as ThingSpeak has them. */
export function toXml(name: string, children: Readonly<Record<string, XmlValue>>): string {
  return DECLARATION + element(name, children);
}

/** A channel with its feeds. */
export function toXmlWithFeeds(
  name: string,
  children: Readonly<Record<string, XmlValue>>,
  feeds: readonly Readonly<Record<string, XmlValue>>[],
): string {
  const inner = feeds.map((feed) => indent(element('feed', feed), 4)).join('');
  const list = `  <feeds type="array">\n${inner}  </feeds>\n`;
  return `${DECLARATION}<${name}>\n${childrenOf(children)}${list}</${name}>\n`;
}

function element(name: string, children: Readonly<Record<string, XmlValue>>): string {
  return `<${name}>\n${childrenOf(children)}</${name}>\n`;
}

function childrenOf(children: Readonly<Record<string, XmlValue>>): string {
  return Object.entries(children)
    .map(([name, value]) => `  ${leaf(name, value)}\n`)
    .join('');
}

function leaf(name: string, value: XmlValue): string {
  if (value === null) return `<${name} nil="true"/>`;
  if (typeof value === 'string') return `<${name}>${escapeXml(value)}</${name}>`;
  return `<${name} type="${value.type}">${escapeXml(value.text)}</${name}>`;
}

/** Control characters can't be written in XML 1.0 in any way. */
function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (found) => ESCAPED[found]!).replaceAll(/[^\P{Cc}\t\n\r]/gu, '\uFFFD');
}

function indent(text: string, spaces: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces));
}

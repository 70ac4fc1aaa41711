/** A text, a number with its type, or nothing; by the name of the element. */
export type XmlValue = string | null | { readonly type: string; readonly text: string };

export type XmlValues = Readonly<Record<string, XmlValue>>;

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // Whoever reads it would take it for a line feed [XML 1.0, 2.11].
  '\r': '&#13;',
};
const TO_BE_ESCAPED = /[&<>"\r]/g;
/** What XML 1.0 has no way of writing [2.2]: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const NO_CHARACTERS = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
/** Nearly all values hold none of these, and thousands of them are written at once. */
const PLAIN = /^[ !#-%'-;=?-~]*$/;

/** A document of one element with others in it, as ThingSpeak has them. */
export function toXml(name: string, children: XmlValues): string {
  return XML_DECLARATION + toElement(name, children, '');
}

/** @param indent of the element itself; what a value holds is not indented, for it would be another */
export function toElement(name: string, children: XmlValues, indent: string): string {
  return `${indent}<${name}>\n${toLeaves(children, indent)}${indent}</${name}>\n`;
}

/** @param indent of the element that these are in */
export function toLeaves(children: XmlValues, indent: string): string {
  let leaves = '';
  for (const [name, value] of Object.entries(children)) leaves += `${indent}  ${leaf(name, value)}\n`;
  return leaves;
}

function leaf(name: string, value: XmlValue): string {
  if (value === null) return `<${name} nil="true"/>`;
  if (typeof value === 'string') return `<${name}>${escapeXml(value)}</${name}>`;
  return `<${name} type="${value.type}">${escapeXml(value.text)}</${name}>`;
}

function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replaceAll(TO_BE_ESCAPED, (found) => ESCAPED[found]!).replaceAll(NO_CHARACTERS, '\uFFFD');
}

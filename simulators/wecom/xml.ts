/** Content of an element: text in CDATA, anything bare, or elements. */
export type XmlValue = string | { readonly bare: string | number } | readonly XmlElement[];
export type XmlElement = readonly [name: string, value: XmlValue];

/** `<xml>…</xml>` in one line, as the platform writes it. */
export function writeXml(elements: readonly XmlElement[]): string {
  return element(['xml', elements]);
}

function element([name, value]: XmlElement): string {
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: XmlValue): string {
  // What would end the section early is split over two.
  if (typeof value === 'string') return `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  return 'bare' in value ? String(value.bare) : value.map(element).join('');
}

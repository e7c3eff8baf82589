import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { isTree, type Tree } from './json-tree.ts';

const DEEPEST = 10;
const CDATA = /<!\[CDATA\[[\s\S]*?\]\]>/g;
const DECLARATION = /^\s*<\?xml [^>]*\?>/;
/** Document types, entities of one's own, comments and orders to the reader: nothing of that is ever meant for us. */
const FORBIDDEN = /<[!?]|&(?!(?:amp|lt|gt|quot|apos);)/;

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: DEEPEST,
});

/**
 * What stands in the root element of that name: texts and further trees by the names of the elements; lists of elements
 * that come several times. Entities are left as they are written. Throws `SyntaxError`.
 */
export const parseStrictXml = (text: string, root: string): Tree => {
  const markup = text.replace(CDATA, '').replace(DECLARATION, '');
  if (FORBIDDEN.test(markup)) throw new SyntaxError('XML: forbidden markup');
  if (XMLValidator.validate(text) !== true) throw new SyntaxError('XML: not well-formed');
  const parsed: unknown = parser.parse(text);
  const inside = isTree(parsed) && Object.keys(parsed).length === 1 ? parsed[root] : undefined;
  if (!isTree(inside)) throw new SyntaxError('XML: another root');
  return inside;
};

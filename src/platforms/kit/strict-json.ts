import { parseJson } from './json.ts';
import { isTree, type Tree } from './json-tree.ts';

/** Names by which an object would reach into what all objects share. */
const ODD_NAMES = new Set(['__proto__', 'constructor', 'prototype']);
const DEEPEST = 20;

/** Texts (with the colon that makes a name of one) and brackets; whatever stands between them is of no concern here. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g;

/** Why a text that is JSON is not taken from a stranger, `null` when it is. */
const oddity = (text: string): string | null => {
  const names: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') names.push(new Set());
    else if (token === '}' || token === ']') names.pop();
    if (names.length > DEEPEST) return 'nested too deep';
    if (colon === undefined) continue;
    const name: unknown = JSON.parse(token.slice(0, -colon.length));
    if (typeof name !== 'string' || ODD_NAMES.has(name)) return 'an odd name';
    if (names.at(-1)?.has(name) !== false) return 'a name twice';
    names.at(-1)?.add(name);
  }
  return null;
};

/**
 * An object of JSON from somebody who need not be a friend: no name twice, so that nobody reads another value than we
 * do, none that means something to JavaScript, no nesting without end. Throws `SyntaxError`.
 */
export const parseStrictObject = (text: string): Tree => {
  const parsed = parseJson(text);
  const odd = isTree(parsed) ? oddity(text) : 'not an object';
  if (odd !== null || !isTree(parsed)) throw new SyntaxError(`JSON: ${odd}`);
  return parsed;
};

/** The same, and an empty object for what is none. */
export const strictObjectOrNone = (text: string): Tree => {
  try {
    return parseStrictObject(text);
  } catch {
    return {};
  }
};

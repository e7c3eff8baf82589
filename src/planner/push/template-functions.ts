import { readingsOfRun } from '../pinyin.ts';

interface Row {
  readonly argument: 'none' | 'number' | 'text';
  readonly apply: (value: string, argument: string | number) => string;
}

const HAN_RUN = /\p{Script=Han}+/gu;
const LATIN_WORD = /[\p{L}\p{N}]+/gu;

/** Latin spelling in lower case: Chinese in pinyin, everything but letters and digits left out. */
const pinyin = (value: string): string =>
  value
    .normalize('NFKC')
    .replace(HAN_RUN, (run) => readingsOfRun(run)[0]?.join('') ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');

/** First letters of the syllables of Chinese and of the words of everything else, in lower case. */
const initials = (value: string): string =>
  value
    .normalize('NFKC')
    .replace(HAN_RUN, (run) => ` ${readingsOfRun(run)[0]?.join(' ') ?? ''} `)
    .toLowerCase()
    .replace(LATIN_WORD, (word) => [...word][0] ?? '')
    .replace(/[^a-z0-9]+/g, '');

/** Everything that a template can do to a value; characters are code points. */
export const TEMPLATE_FUNCTIONS = {
  upper: { argument: 'none', apply: (value) => value.toUpperCase() },
  lower: { argument: 'none', apply: (value) => value.toLowerCase() },
  trim: { argument: 'none', apply: (value) => value.trim() },
  /** The digits alone. */
  digits: { argument: 'none', apply: (value) => value.replace(/[^0-9]+/g, '') },
  first: { argument: 'number', apply: (value, count) => [...value].slice(0, Number(count)).join('') },
  last: {
    argument: 'number',
    apply: (value, count) => (Number(count) === 0 ? '' : [...value].slice(-Number(count)).join('')),
  },
  pinyin: { argument: 'none', apply: pinyin },
  initials: { argument: 'none', apply: initials },
  /** Instead of nothing. */
  default: { argument: 'text', apply: (value, text) => (value === '' ? String(text) : value) },
} as const satisfies Record<string, Row>;

export type TemplateFunction = keyof typeof TEMPLATE_FUNCTIONS;

export const isTemplateFunction = (name: string): name is TemplateFunction =>
  Object.hasOwn(TEMPLATE_FUNCTIONS, name);

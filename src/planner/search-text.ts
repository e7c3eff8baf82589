import { fold } from './fold.ts';
import { readingsOfRun } from './pinyin.ts';

/** Between two keys of a search text. A control character: {@link searchQuery} removes it, nobody can type it. */
export const KEY_SEPARATOR = '\u001f';

/** What an object is found by. */
export interface SearchKeys {
  /** All keys, folded and without blanks, joined by {@link KEY_SEPARATOR}. */
  readonly searchText: string;
  /** Every one- and two-character piece of the keys, without repetition, in order of first occurrence. */
  readonly searchGrams: readonly string[];
}

export interface SearchedAccount {
  readonly displayName: string;
  readonly userName: string;
  readonly email: string | null;
  readonly mobile: string | null;
  readonly jobNumber: string | null;
}

export interface SearchQuery {
  /** Pieces that a hit must contain all of: `search_grams @> $grams`. Empty for an empty query. */
  readonly grams: readonly string[];
  /** The folded query without blanks: a hit's search text contains it. */
  readonly contains: string;
  /** `contains` as the right-hand side of LIKE, wildcards escaped by a backslash. */
  readonly pattern: string;
}

const BLANK_OR_CONTROL = /[\s\p{Cc}\p{Cf}\p{Z}]+/gu;
const PLAIN = /^[!-~\u4e00-\u9fff]+$/;
const HAN_RUNS = /\p{Script=Han}+/gu;

/** Folded, without blanks: `Li Ming` is found by `liming` and by `li ming`. */
const searchForm = (text: string): string => {
  const folded = fold(text);
  return PLAIN.test(folded) ? folded : folded.replace(BLANK_OR_CONTROL, '');
};

/**
 * Ways to type a reading: each syllable in full or by its initial, so that `wangxm`, `wxm` and `xiaoming`
 * all find 王小明. The last syllable is always in full, because what ends with its initial is contained in
 * what ends with all of it. Beyond four syllables only full, initials, and the mixes at the first syllable.
 */
const spellings = (syllables: readonly string[]): string[] => {
  const last = syllables.length - 1;
  const initials = syllables.map((syllable) => syllable.charAt(0));
  if (last > 3) {
    const head = syllables[0] ?? '';
    const tail = syllables.slice(1).join('');
    const short = initials.slice(1).join('');
    return [head + tail, (initials[0] ?? '') + tail, head + short, (initials[0] ?? '') + short];
  }
  const found: string[] = [];
  for (let mix = 0; mix < 1 << last; mix++) {
    let spelling = '';
    for (let i = 0; i <= last; i++) spelling += mix & (1 << i) ? initials[i] : syllables[i];
    found.push(spelling);
  }
  return found;
};

const addPinyin = (keys: Set<string>, name: string): void => {
  for (const run of name.match(HAN_RUNS) ?? []) {
    for (const syllables of readingsOfRun(run)) {
      for (const spelling of spellings(syllables)) keys.add(spelling);
    }
  }
};

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** One- and two-character pieces of one key; a character beyond U+FFFF counts as one. */
const addGrams = (grams: Set<string>, key: string): void => {
  let previous = '';
  let from = 0;
  while (from < key.length) {
    const pair = isLowSurrogate(key.charCodeAt(from + 1));
    const character = pair ? key.slice(from, from + 2) : key.charAt(from);
    grams.add(character);
    if (previous !== '') grams.add(previous + character);
    previous = character;
    from += character.length;
  }
};

const keysToSearch = (keys: Set<string>): SearchKeys => {
  keys.delete('');
  const grams = new Set<string>();
  for (const key of keys) addGrams(grams, key);
  return { searchText: [...keys].join(KEY_SEPARATOR), searchGrams: [...grams] };
};

/**
 * Search keys of an account: display name, user name, mail, mobile, job number, and the display name in
 * pinyin (in full, by initials, and mixed; surname readings at the head; characters with several readings
 * by each of the usual ones). Deterministic.
 */
export const accountSearchKeys = (account: SearchedAccount): SearchKeys => {
  const name = searchForm(account.displayName);
  const keys = new Set<string>([name]);
  addPinyin(keys, name);
  keys.add(searchForm(account.userName));
  if (account.email !== null) keys.add(searchForm(account.email));
  if (account.mobile !== null) keys.add(searchForm(account.mobile));
  if (account.jobNumber !== null) keys.add(searchForm(account.jobNumber));
  return keysToSearch(keys);
};

/**
 * What to ask the index for: all two-character pieces of the query, or the one character that it consists of.
 * A row is a hit when it has all grams and its search text contains the query.
 */
export const searchQuery = (text: string): SearchQuery => {
  const contains = searchForm(text);
  const characters = [...contains];
  const grams = new Set<string>();
  for (let i = 0; i + 1 < characters.length; i++) grams.add(`${characters[i]}${characters[i + 1]}`);
  if (characters.length === 1) grams.add(contains);
  return { grams: [...grams], contains, pattern: `%${contains.replace(/[\\%_]/g, '\\$&')}%` };
};

import { pinyin } from 'pinyin-pro';

const HAN = /\p{Script=Han}/u;

/** Readings of a character that count: rare third ones would only blow up the search keys. */
const READINGS_PER_CHARACTER = 2;
/** Combinations of readings that one name may have in the search keys. */
const READINGS_PER_NAME = 4;

/**
 * Readings by character. A memo, not state: an entry is a pure function of its key, and there are no more
 * keys than Chinese characters in use.
 */
const memo = new Map<string, readonly string[]>();

/** How `ü` is typed: `v` by input methods, `u` by most people and by passports of old. */
const withTypedUmlaut = (readings: readonly string[]): string[] =>
  readings.flatMap((reading) => (/^[ln]v/.test(reading) ? [reading, reading.replace('v', 'u')] : [reading]));

const lookUp = (character: string): readonly string[] => {
  const found = pinyin(character, { toneType: 'none', type: 'array', multiple: true, v: true });
  // A character without reading comes back as it is.
  const readings = [...new Set(found)].filter((reading) => reading !== character && reading !== '');
  return withTypedUmlaut(readings.slice(0, READINGS_PER_CHARACTER));
};

/**
 * Toneless readings of one character in lower-case Latin letters, the usual one first, `v` for `ü`; empty when
 * it is not Chinese or has no reading.
 */
export const readingsOf = (character: string): readonly string[] => {
  const known = memo.get(character);
  if (known !== undefined) return known;
  const readings = HAN.test(character) ? lookUp(character) : [];
  memo.set(character, readings);
  return readings;
};

/** Reading of each character in its context: surname reading at the head, dictionary phrases elsewhere. */
const readInContext = (text: string): readonly string[] =>
  pinyin(text, {
    toneType: 'none',
    type: 'array',
    v: true,
    surname: 'head',
  });

/** All alternatives of every syllable, the reading in context first. */
const alternatives = (text: string): (readonly string[])[] => {
  const known = [...text].map(readingsOf);
  // Only an ambiguous character needs its context, and most names have none.
  if (known.every((readings) => readings.length <= 1)) return known;
  const inContext = readInContext(text);
  return known.map((readings, i) => {
    const first = inContext[i];
    if (readings.length === 0 || first === undefined || readings[0] === first) return readings;
    return [first, ...readings.filter((reading) => reading !== first)].slice(0, READINGS_PER_CHARACTER);
  });
};

/**
 * Readings of a run of Chinese characters, syllable by syllable; at most four combinations, the likeliest
 * first. Characters without reading are left out.
 */
export const readingsOfRun = (text: string): readonly (readonly string[])[] => {
  let combinations: string[][] = [[]];
  for (const syllables of alternatives(text)) {
    if (syllables.length === 0) continue;
    const room = Math.max(1, Math.floor(READINGS_PER_NAME / combinations.length));
    const taken = syllables.slice(0, room);
    if (taken.length === 1) for (const combination of combinations) combination.push(taken[0] as string);
    else combinations = taken.flatMap((syllable) => combinations.map((head) => [...head, syllable]));
  }
  return combinations[0]?.length === 0 ? [] : combinations;
};

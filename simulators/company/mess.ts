import type { PersonDraft } from './people.ts';
import { type Random, shuffled } from './random.ts';
import type { DefectKind, TrimmedField } from './types.ts';
import type { UnitDraft } from './units.ts';
import { RARE_NAMES } from './words.ts';

/** Made different by a number, so that nobody is in conflict as well as illegal. */
const ILLEGAL_MAILS: readonly ((n: number) => string)[] = [
  (n) => `wang${n}.example.com`,
  (n) => `a${n}@@corp.example.com`,
  (n) => `li wei${n}@corp.example.com`,
  (n) => `@corp${n}.example.com`,
  (n) => `zhao${n}@`,
];
const ILLEGAL_MOBILES: readonly ((n: number) => string)[] = [
  (n) => `12${n}`,
  (n) => `1380013${n}99999999`,
  (n) => `138-0013-abcd${n}`,
  (n) => `无${n}`,
];
/** Space, no-break space, ideographic space, and mixtures of them. */
const BLANKS = [' ', '\u00a0', '\u3000', ' \u3000', '\u00a0 ', '\t'];
const LONG_NAME_LENGTH = 80;

/** Defects that were planted, by person; what only shows in the finished company is counted there. */
export interface Mess {
  readonly planted: Map<DefectKind, string[]>;
  readonly trimmed: TrimmedField[];
  readonly blankUnitIds: number[];
}

/** Share of all people, and the least number in a small company. */
const SHARES: readonly { kind: DefectKind; share: number; least: number }[] = [
  { kind: 'noMobile', share: 0.008, least: 2 },
  { kind: 'illegalMobile', share: 0.003, least: 1 },
  { kind: 'illegalMail', share: 0.007, least: 1 },
  { kind: 'blankName', share: 0.002, least: 1 },
  { kind: 'duplicateMobile', share: 0.004, least: 2 },
  { kind: 'duplicateMail', share: 0.004, least: 2 },
  { kind: 'duplicateJobNumber', share: 0.002, least: 2 },
  { kind: 'namesake', share: 0.01, least: 3 },
  { kind: 'blanks', share: 0.02, least: 3 },
  { kind: 'rareCharacters', share: 0.004, least: 4 },
  { kind: 'longName', share: 0.001, least: 1 },
  { kind: 'nullFields', share: 0.005, least: 1 },
  { kind: 'absentFields', share: 0.005, least: 1 },
  { kind: 'unknownManager', share: 0.001, least: 1 },
];

/** Plants each kind of mess on its own people (nobody gets two), the boss excepted. */
export function plantMess(random: Random, people: readonly PersonDraft[], units: readonly UnitDraft[]): Mess {
  const mess: Mess = { planted: new Map(), trimmed: [], blankUnitIds: [] };
  const pool = shuffled(random, people.slice(1));
  for (const { kind, share, least } of SHARES) {
    const wanted = Math.max(least, Math.round(people.length * share));
    // Duplicates come in pairs.
    const even = kind.startsWith('duplicate') ? wanted + (wanted % 2) : wanted;
    const victims = pool.splice(0, even);
    plant(random, kind, victims, mess);
    mess.planted.set(
      kind,
      victims.map((person) => person.id),
    );
  }
  for (const unit of shuffled(random, units.slice(1)).slice(
    0,
    Math.max(1, Math.round(units.length * 0.01)),
  )) {
    unit.name = `${random.pick(BLANKS)}${unit.name}${random.pick(BLANKS)}`;
    mess.blankUnitIds.push(unit.id);
  }
  return mess;
}

function plant(random: Random, kind: DefectKind, victims: readonly PersonDraft[], mess: Mess): void {
  if (kind === 'blanks') {
    victims.forEach((person, index) => {
      addBlanks(random, person, index, mess.trimmed);
    });
  } else if (kind === 'namesake') {
    nameAlike(victims);
  } else if (kind.startsWith('duplicate')) {
    for (let i = 0; i + 1 < victims.length; i += 2) {
      duplicate(kind, i, victims[i] as PersonDraft, victims[i + 1] as PersonDraft);
    }
  } else {
    victims.forEach((person, index) => {
      spoil(random, kind, person, index);
    });
  }
}

/** One group of up to five, the rest pairs, so that every victim has a namesake. */
function nameAlike(victims: readonly PersonDraft[]): void {
  victims.forEach((person, index) => {
    const model = index < 5 ? 0 : Math.min(index - ((index - 5) % 2), victims.length - 2);
    person.name = victims[Math.max(0, model)]?.name ?? person.name;
  });
}

function addBlanks(random: Random, person: PersonDraft, index: number, trimmed: TrimmedField[]): void {
  if (index % 3 !== 1) {
    const clean = person.name;
    person.name = `${index % 2 ? random.pick(BLANKS) : ''}${clean}${random.pick(BLANKS)}`;
    trimmed.push({ id: person.id, field: 'name', raw: person.name, clean });
  }
  if (index % 3 !== 0 && person.email) {
    const clean = person.email;
    person.email = `${random.pick(BLANKS)}${clean}${random.pick(BLANKS)}`;
    trimmed.push({ id: person.id, field: 'email', raw: person.email, clean });
  }
}

function duplicate(kind: DefectKind, index: number, first: PersonDraft, second: PersonDraft): void {
  const odd = index % 4 === 2;
  if (kind === 'duplicateMobile') second.mobile = odd ? ` ${first.mobile}` : (first.mobile ?? null);
  else if (kind === 'duplicateMail')
    second.email = odd ? (first.email ?? '').toUpperCase() : (first.email ?? null);
  else second.jobNumber = first.jobNumber ?? null;
}

function spoil(random: Random, kind: DefectKind, person: PersonDraft, index: number): void {
  switch (kind) {
    case 'noMobile':
      if (index % 2) person.mobile = null;
      else delete person.mobile;
      return;
    case 'illegalMobile':
      person.mobile = ILLEGAL_MOBILES[index % ILLEGAL_MOBILES.length]?.(index) ?? '12';
      return;
    case 'illegalMail':
      person.email = ILLEGAL_MAILS[index % ILLEGAL_MAILS.length]?.(index) ?? 'zhao@';
      return;
    case 'blankName':
      person.name = random.pick(BLANKS);
      return;
    case 'rareCharacters':
      person.name = RARE_NAMES[index % RARE_NAMES.length] ?? person.name;
      return;
    case 'longName':
      person.name = person.name.repeat(LONG_NAME_LENGTH).slice(0, LONG_NAME_LENGTH);
      return;
    case 'nullFields':
      for (const key of ['email', 'jobNumber', 'title', 'workPlace', 'telephone'] as const)
        person[key] = null;
      return;
    case 'absentFields':
      for (const key of ['email', 'jobNumber', 'title', 'workPlace', 'telephone', 'hiredDate'] as const)
        delete person[key];
      return;
    case 'unknownManager':
      person.managerId = `gone${index + 1}`;
      return;
    default:
      throw new TypeError(`${kind} is not planted person by person`);
  }
}

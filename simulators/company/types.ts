/**
 * A made-up company as plain data, in no platform's words: a simulator dresses it in its platform's.
 *
 * Depth: the company itself (the root unit) is level 0, its direct departments are level 1.
 */
export interface Company {
  readonly name: string;
  readonly units: CompanyUnit[];
  readonly people: CompanyPerson[];
  readonly truth: CompanyTruth;
}

export interface CompanyUnit {
  /** The root is 1; all others are generated numbers of nine digits. */
  readonly id: number;
  readonly parentId: number | null;
  readonly name: string;
  /** Rank among its siblings, 0 = first. */
  readonly order: number;
  /** People of this very unit who lead it. */
  readonly leaderIds: readonly string[];
}

export interface CompanyMembership {
  readonly unitId: number;
  readonly leader: boolean;
  /** Rank within the unit, 0 = first. */
  readonly order: number;
  readonly title?: string;
}

/** Of the optional fields, `null` = known to be empty, absent = not kept at all. */
export interface CompanyPerson {
  readonly id: string;
  readonly name: string;
  readonly mobile?: string | null;
  readonly email?: string | null;
  readonly jobNumber?: string | null;
  readonly title?: string | null;
  readonly managerId?: string | null;
  readonly telephone?: string | null;
  readonly workPlace?: string | null;
  readonly remark?: string | null;
  /** Epoch milliseconds. */
  readonly hiredDate?: number;
  /** Epoch milliseconds at which the person came into the directory. */
  readonly createdAt: number;
  readonly active: boolean;
  /** 0 none, 1 main administrator, 2 sub-administrator. */
  readonly admin: 0 | 1 | 2;
  readonly boss: boolean;
  readonly memberships: readonly CompanyMembership[];
  readonly custom?: Readonly<Record<string, string>>;
}

export const INVALID_KINDS = ['noMobile', 'illegalMobile', 'illegalMail', 'blankName'] as const;
export const CONFLICT_KINDS = ['duplicateMobile', 'duplicateMail', 'duplicateJobNumber'] as const;
/** Odd, yet legal. */
export const ODD_KINDS = [
  'namesake',
  'blanks',
  'rareCharacters',
  'longName',
  'nullFields',
  'absentFields',
  'unknownManager',
  'severalUnits',
  'rootMember',
  'inactive',
] as const;
export type InvalidKind = (typeof INVALID_KINDS)[number];
export type ConflictKind = (typeof CONFLICT_KINDS)[number];
export type OddKind = (typeof ODD_KINDS)[number];
export type DefectKind = InvalidKind | ConflictKind | OddKind;

/** What is really wrong with the company, to hold an importer's verdicts against. */
export interface CompanyTruth {
  readonly people: number;
  readonly units: number;
  readonly memberships: number;
  /** Deepest level of a unit, the root being 0. */
  readonly depth: number;
  readonly counts: Readonly<Record<DefectKind, number>>;
  readonly ids: Readonly<Record<DefectKind, readonly string[]>>;
  /** Union of the invalid kinds, and of the conflict kinds (all people who share the value). */
  readonly invalid: readonly string[];
  readonly conflicts: readonly string[];
  /** People who share a value, by value after trimming (mails also after lower-casing). */
  readonly groups: Readonly<Record<'mobile' | 'mail' | 'jobNumber' | 'name', readonly (readonly string[])[]>>;
  readonly trimmed: readonly TrimmedField[];
  /** Units with blanks around their names, and the unit of 300 people when there is one. */
  readonly blankUnitIds: readonly number[];
  readonly largestUnit: { readonly id: number; readonly people: number };
}

export interface TrimmedField {
  readonly id: string;
  readonly field: 'name' | 'email';
  readonly raw: string;
  readonly clean: string;
}

export interface CompanyOptions {
  /** Same seed and options, same company, to the byte. */
  readonly seed: number;
  /** 50 to 100,000 is what it is made for; any positive number works. */
  readonly people: number;
  /** Units without the root; default people / 20. */
  readonly orgUnits?: number;
  /** Deepest level; default 8, in messy mode 9. */
  readonly maxDepth?: number;
  /** About 2 % invalid and 1 % conflicting people, and everything else real directories hold. */
  readonly messy?: boolean;
  readonly name?: string;
}

import type { AgreedOrgUnit } from '../domain/agreed.ts';
import type { MasteredField } from '../domain/events.ts';
import type { OrgUnitId } from '../domain/ids.ts';
import type { RemoteOrgUnitValue } from '../domain/remote.ts';
import type { AttributeDefinition } from '../domain/roster.ts';
import type { FieldChange } from '../domain/staging.ts';
import { attributeName } from './apply-changes.ts';
import { readAttribute } from './attributes.ts';
import { diffOrgUnit } from './diff-org-unit.ts';
import type { RosterOrgUnit } from './facts.ts';
import type { Masters } from './masters.ts';
import { type Base, type Merged, mergeFields, UNMERGED } from './merge.ts';
import { cleanText } from './normalise.ts';

const FIELDS: Readonly<Record<string, MasteredField>> = {
  name: 'orgUnit.name',
  order: 'orgUnit.order',
  parentId: 'orgUnit.parent',
};

/** The mastered field of a unit's field. */
export const orgUnitFieldOf = (field: string): MasteredField | null => {
  const attribute = attributeName(field);
  return attribute === null ? (FIELDS[field] ?? null) : `attributes.${attribute}`;
};

const NOTHING_DECIDED: ReadonlySet<string> = new Set();

interface Sides {
  readonly definitions: readonly AttributeDefinition[];
  readonly current: RosterOrgUnit;
  readonly base: AgreedOrgUnit;
  /** The roster's unit that the base's parent is; absent when nobody knows it any more. */
  readonly parent: OrgUnitId | undefined;
}

const isKnown = ({ definitions, base, parent }: Sides, field: string): boolean => {
  const attribute = attributeName(field);
  if (attribute !== null) {
    const definition = definitions.find(({ name }) => name === attribute);
    const held = base.attributes?.[attribute];
    return definition !== undefined && held !== undefined && readAttribute(definition, held) !== undefined;
  }
  if (field === 'name') return cleanText(base.name ?? '') !== '';
  // A position that was never known was the platform's own to give: nobody has decided it in the roster.
  return field === 'order' || parent !== undefined;
};

const baseReader = (sides: Sides): ((field: string) => Base) => {
  const { definitions, current, base, parent } = sides;
  const value: RemoteOrgUnitValue = {
    externalId: '',
    ids: [],
    parentExternalId: null,
    name: base.name ?? '',
    ...(base.order === undefined ? {} : { order: base.order }),
    attributes: base.attributes ?? {},
  };
  let then: ReadonlyMap<string, unknown> | undefined;
  return (field) => {
    if (!isKnown(sides, field)) return 'UNKNOWN';
    const changes = () => diffOrgUnit(definitions, value, { current, parentAfter: parent });
    then ??= new Map(changes().map((one) => [one.field, one.after]));
    if (then.has(field)) return { value: then.get(field) };
    const name = attributeName(field);
    const held = name === null ? current[field as keyof RosterOrgUnit] : (current.attributes[name] ?? null);
    return { value: held };
  };
};

/** What a unit takes over of the proposed changes, by the masters of its fields. */
export const mergeOrgUnit = (
  masters: Masters | undefined,
  sides: {
    readonly definitions: readonly AttributeDefinition[];
    readonly current: RosterOrgUnit;
    readonly base: AgreedOrgUnit | undefined;
    readonly parentOf: (externalId: string) => OrgUnitId | undefined;
    readonly decided: ReadonlySet<string> | undefined;
  },
  proposed: readonly FieldChange[],
): Merged => {
  if (masters === undefined || proposed.length === 0) return UNMERGED(proposed);
  const { base = {}, definitions, current, parentOf, decided = NOTHING_DECIDED } = sides;
  const parent = base.parentExternalId == null ? undefined : parentOf(base.parentExternalId);
  return mergeFields(
    {
      masters,
      fieldOf: orgUnitFieldOf,
      baseOf: baseReader({ definitions, current, base, parent }),
      isSame: (_field, a, b) => a === b,
      decided,
    },
    proposed,
  );
};

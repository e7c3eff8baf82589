import type { OrgUnitId } from '../domain/ids.ts';
import type { RemoteOrgUnitValue } from '../domain/remote.ts';
import type { AttributeDefinition } from '../domain/roster.ts';
import type { FieldChange } from '../domain/staging.ts';
import { attributeChanges } from './attributes.ts';
import { normaliseOrder } from './diff-memberships.ts';
import { sortChanges } from './digest.ts';
import { NO_CHANGES, type RosterOrgUnit } from './facts.ts';
import { cleanText } from './normalise.ts';

/**
 * What a pull would change at a unit, sorted by field. `parentAfter` absent = the parent is not the platform's
 * to say (top unit) or not known; a name that is empty, or not shown, is no change. For a new unit `current` is `null`.
 */
export const diffOrgUnit = (
  definitions: readonly AttributeDefinition[],
  remote: RemoteOrgUnitValue,
  sides: { readonly current: RosterOrgUnit | null; readonly parentAfter: OrgUnitId | undefined },
): readonly FieldChange[] => {
  const { current, parentAfter } = sides;
  const changes: FieldChange[] = attributeChanges(definitions, remote.attributes, current?.attributes ?? {});
  const name = cleanText(remote.name ?? '');
  if (name !== '' && name !== current?.name) {
    changes.push({ field: 'name', before: current?.name ?? null, after: name });
  }
  const order = normaliseOrder(remote.order) ?? (current === null ? '0' : undefined);
  if (order !== undefined && order !== current?.order) {
    changes.push({ field: 'order', before: current?.order ?? null, after: order });
  }
  if (parentAfter !== undefined && parentAfter !== current?.parentId) {
    changes.push({ field: 'parentId', before: current?.parentId ?? null, after: parentAfter });
  }
  return changes.length === 0 ? NO_CHANGES : sortChanges(changes);
};

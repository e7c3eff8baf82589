import type { AttributeTarget } from '../../domain/index.ts';
import { selectAttributeDefinitions } from '../../store/queries/roster-attributes.ts';
import type { FlowContext } from '../context.ts';
import { viewOf } from './read-access.ts';
import type { Hidden } from './row-fields.ts';

/** Attributes that the caller may not see of an object; `ownerId` may be himself. */
export const hiddenAttributes = async (
  context: FlowContext,
  target: AttributeTarget,
  ownerId: string | null,
): Promise<Hidden> => {
  const { principal, db } = context;
  const view = viewOf(principal);
  const sensitive = view.sensitive || (ownerId !== null && ownerId === (view.self as string | null));
  const definitions = await selectAttributeDefinitions(db, principal.tenantId, target);
  return new Set(
    definitions.filter((one) => !one.enabled || (one.sensitive && !sensitive)).map(({ name }) => name),
  );
};

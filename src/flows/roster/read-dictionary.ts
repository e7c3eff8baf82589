import type { AttributeDefinition, AttributeTarget } from '../../domain/index.ts';
import { selectAttributeDefinitions } from '../../store/queries/roster-attributes.ts';
import type { FlowContext } from '../context.ts';

/** The data dictionary, by target and name. */
export const readDictionary = (
  context: FlowContext,
  target: AttributeTarget | null,
): Promise<AttributeDefinition[]> =>
  selectAttributeDefinitions(context.db, context.principal.tenantId, target);

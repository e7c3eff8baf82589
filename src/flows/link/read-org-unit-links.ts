import { isId, type OrgUnitId } from '../../domain/index.ts';
import { type OrgUnitLinkRow, selectLinksOfOrgUnits } from '../../store/queries/org-unit-links.ts';
import type { FlowContext } from '../context.ts';

/** Links of units, in the order of the ids asked for; of each by the names of the connections. */
export const readOrgUnitLinks = async (
  context: FlowContext,
  orgUnitIds: readonly string[],
): Promise<OrgUnitLinkRow[][]> => {
  const ids = orgUnitIds.filter(isId) as OrgUnitId[];
  const links = await selectLinksOfOrgUnits(context.db, context.principal.tenantId, ids);
  const byUnit = new Map<string, OrgUnitLinkRow[]>(orgUnitIds.map((id) => [id, []]));
  for (const link of links) byUnit.get(link.orgUnitId)?.push(link);
  return orgUnitIds.map((id) => byUnit.get(id) ?? []);
};

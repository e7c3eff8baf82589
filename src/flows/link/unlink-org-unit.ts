import { isId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  deleteOrgUnitLink,
  type OrgUnitLinkId,
  type OrgUnitLinkRow,
  selectOrgUnitLink,
} from '../../store/queries/org-unit-links.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { notFound, requireOrgUnit } from '../roster/access.ts';

const PATH = ['input', 'linkId'] as const;

const requireLink = async (tx: Tx, id: string): Promise<OrgUnitLinkRow> => {
  const link = isId(id) ? await selectOrgUnitLink(tx, id as OrgUnitLinkId) : null;
  if (link === null) throw notFound('OrgUnitLink', id, PATH);
  return link;
};

/**
 * Takes a link of a unit away. Both units stay as they are; the next pull or push finds the two without one.
 * @returns the link that was
 * @throws AppError NOT_FOUND
 */
export const unlinkOrgUnit = (
  context: FlowContext,
  input: { readonly linkId: string },
): Promise<OrgUnitLinkRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const link = await requireLink(tx, input.linkId);
    await requireOrgUnit(tx, context.principal, { id: link.orgUnitId, path: PATH });
    if ((await deleteOrgUnitLink(tx, link.id)) === 0) throw notFound('OrgUnitLink', link.id, PATH);
    const { connectionId, remoteOrgUnitId, externalId } = link;
    await insertAuditEvent(tx, {
      action: 'orgUnit.unlink',
      objectType: 'OrgUnit',
      objectId: link.orgUnitId,
      details: { connectionId, remoteOrgUnitId, externalId },
    });
    return link;
  });

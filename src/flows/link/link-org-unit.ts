import { AppError, isId, newId, type OrgUnitId, type RemoteOrgUnitId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  insertOrgUnitLink,
  type LockedRemoteOrgUnit,
  lockRemoteOrgUnit,
  type OrgUnitLinkRow,
  selectUnitRivals,
} from '../../store/queries/org-unit-links.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { notFound, requireActiveUnit, requireOrgUnit } from '../roster/access.ts';

export interface LinkOrgUnitInput {
  readonly orgUnitId: OrgUnitId;
  readonly remoteOrgUnitId: RemoteOrgUnitId;
}

const UNIT_PATH = ['input', 'orgUnitId'] as const;
const REMOTE_PATH = ['input', 'remoteOrgUnitId'] as const;

const requireRemote = async (tx: Tx, id: string): Promise<LockedRemoteOrgUnit> => {
  const remote = isId(id) ? await lockRemoteOrgUnit(tx, id as RemoteOrgUnitId) : null;
  if (remote === null) throw notFound('RemoteOrgUnit', id, REMOTE_PATH);
  return remote;
};

/** The link that stands, when these two are linked already; a link to anything else is in the way. */
const standingLink = async (
  tx: Tx,
  remote: LockedRemoteOrgUnit,
  wanted: LinkOrgUnitInput,
): Promise<OrgUnitLinkRow | null> => {
  const [rival] = await selectUnitRivals(tx, { ...wanted, connectionId: remote.connectionId });
  if (rival === undefined) return null;
  const isSameRemote = rival.remoteOrgUnitId === wanted.remoteOrgUnitId;
  if (isSameRemote && rival.orgUnitId === wanted.orgUnitId) return rival;
  const details = { orgUnit: rival.orgUnitName, name: rival.remoteName };
  throw isSameRemote
    ? new AppError('REMOTE_ORG_UNIT_LINKED', { details, path: REMOTE_PATH })
    : new AppError('ORG_UNIT_LINKED', { details, path: UNIT_PATH });
};

/**
 * Says by hand that a unit of a platform is this org unit, so that a pull or a push does not make another one. Each
 * has at most one link in a connection. Nothing is written to the platform. Linking again what is linked changes
 * nothing.
 * @throws AppError NOT_FOUND, ORG_UNIT_DELETED, ORG_UNIT_LINKED, REMOTE_ORG_UNIT_LINKED, REMOTE_ORG_UNIT_GONE
 */
export const linkOrgUnit = (context: FlowContext, input: LinkOrgUnitInput): Promise<OrgUnitLinkRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const unit = await requireOrgUnit(tx, context.principal, { id: input.orgUnitId, path: UNIT_PATH });
    requireActiveUnit(unit, UNIT_PATH);
    const remote = await requireRemote(tx, input.remoteOrgUnitId);
    const wanted = { orgUnitId: unit.id, remoteOrgUnitId: remote.id };
    const standing = await standingLink(tx, remote, wanted);
    if (standing !== null) return standing;
    if (remote.goneAt !== null) {
      throw new AppError('REMOTE_ORG_UNIT_GONE', { details: { name: remote.name }, path: REMOTE_PATH });
    }
    const { connectionId, externalId } = remote;
    const made = await insertOrgUnitLink(tx, {
      ...wanted,
      id: newId<'OrgUnitLink'>(),
      connectionId,
      origin: 'MANUAL',
    });
    // Somebody may have been quicker: then that link is found here, and told.
    const link = await standingLink(tx, remote, wanted);
    if (link === null) throw new TypeError('a link that was made or was in the way is there');
    if (!made) return link;
    await insertAuditEvent(tx, {
      action: 'orgUnit.link',
      objectType: 'OrgUnit',
      objectId: unit.id,
      details: { connectionId, remoteOrgUnitId: remote.id, externalId },
    });
    return link;
  });

import { type AccountId, isId } from '../../domain/index.ts';
import { selectAccountVersions, selectMembershipVersions } from '../../store/queries/history.ts';
import type { FlowContext } from '../context.ts';
import { notFound } from './access.ts';
import { type AccountChange, accountChanges, membershipChanges, newestFirst } from './account-timeline.ts';
import { hiddenAttributes } from './hidden-attributes.ts';
import { readFirst } from './page.ts';
import { scopeOf } from './read-access.ts';
import { readAccounts } from './read-accounts.ts';

/** Versions that are looked at. */
const VERSIONS = 500;

export interface ReadHistoryInput {
  readonly id: string;
  readonly first: number;
  /** Only what happened before this instant. */
  readonly before?: string | undefined;
}

/** Whoever may see the account may see its history; of a purged one nobody but who sees everything. */
const requireVisible = async (context: FlowContext, id: string): Promise<void> => {
  const projection = { fields: ['id'], orgUnit: null, memberships: null } as const;
  const [account] = await readAccounts(context, [id], projection);
  if (account === null && scopeOf(context.principal).kind !== 'ALL') throw notFound('Account', id, ['id']);
};

/**
 * What happened to an account and its memberships, newest first: who, when, through what, in which run, and each
 * field before and after. Looks at the last 500 versions.
 * @throws AppError NOT_FOUND, INPUT_INVALID
 */
export const readAccountHistory = async (
  context: FlowContext,
  input: ReadHistoryInput,
): Promise<AccountChange[]> => {
  const first = readFirst(input.first);
  if (!isId(input.id)) throw notFound('Account', input.id, ['id']);
  await requireVisible(context, input.id);
  const query = { ids: [input.id as AccountId], limit: VERSIONS };
  const { db, principal } = context;
  const [versions, memberships, hidden] = await Promise.all([
    selectAccountVersions(db, principal.tenantId, query),
    selectMembershipVersions(db, principal.tenantId, query),
    hiddenAttributes(context, 'ACCOUNT', input.id),
  ]);
  if (versions.length === 0) throw notFound('Account', input.id, ['id']);
  const changes = newestFirst([
    ...accountChanges(versions, hidden, versions.length === VERSIONS),
    ...membershipChanges(memberships, memberships.length === VERSIONS),
  ]);
  const until = input.before === undefined ? Number.POSITIVE_INFINITY : Date.parse(input.before);
  return changes.filter(({ at }) => Date.parse(at) < until).slice(0, first);
};

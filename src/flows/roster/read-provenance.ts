import { type AccountId, isId } from '../../domain/index.ts';
import {
  selectAccountVersions,
  selectMembershipVersions,
  type VersionRow,
} from '../../store/queries/history.ts';
import type { FlowContext } from '../context.ts';
import { hiddenAttributes } from './hidden-attributes.ts';
import { accountFieldsOf, type Hidden, type Origin, originOf } from './row-fields.ts';

/** Versions of each account that are looked at; what is older counts as having come with the oldest of them. */
const VERSIONS = 200;

/** Where the present value of one field came from. */
export interface FieldProvenance extends Origin {
  readonly field: string;
}

const provenanceOf = (versions: readonly VersionRow[], hidden: Hidden): FieldProvenance[] => {
  const [current] = versions;
  if (current === undefined || current.operation === 'DELETE') return [];
  const states = versions.map((row) => ({ row, fields: accountFieldsOf(row.data, hidden) }));
  return [...accountFieldsOf(current.data, hidden)]
    .filter(([, value]) => value !== null)
    .map(([field, value]) => {
      const wanted = JSON.stringify(value);
      const other = states.findIndex(({ fields }) => JSON.stringify(fields.get(field) ?? null) !== wanted);
      const setter = states[other < 0 ? states.length - 1 : other - 1] ?? states[0];
      return { field, ...originOf(setter?.row.data ?? current.data) };
    });
};

const byAccount = (rows: readonly VersionRow[]): Map<string, VersionRow[]> =>
  Map.groupBy(rows, ({ id }) => id);

/**
 * For each field of accounts that has a value: who set it, when, through what and in which run. In the order asked
 * for; empty for an account that does not exist.
 */
export const readProvenance = async (
  context: FlowContext,
  ids: readonly string[],
): Promise<FieldProvenance[][]> => {
  const { db, principal } = context;
  const query = { ids: ids.filter(isId) as AccountId[], limit: VERSIONS };
  const [versions, memberships, hidden, own] = await Promise.all([
    selectAccountVersions(db, principal.tenantId, query),
    selectMembershipVersions(db, principal.tenantId, query),
    hiddenAttributes(context, 'ACCOUNT', null),
    hiddenAttributes(context, 'ACCOUNT', principal.id),
  ]);
  const accounts = byAccount(versions);
  const members = byAccount(memberships.filter(({ operation }) => operation === null));
  return ids.map((id) => [
    ...provenanceOf(accounts.get(id) ?? [], id === (principal.id as string | null) ? own : hidden),
    ...(members.get(id) ?? []).map(({ data }) => ({
      field: `memberships.${String(data['org_unit_id'])}`,
      ...originOf(data),
    })),
  ]);
};

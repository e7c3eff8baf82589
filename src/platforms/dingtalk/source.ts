import {
  AppError,
  type ErrorCode,
  type OpenConnection,
  type RemoteOrgUnitValue,
} from '../../domain/index.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import type { DirectoryReader } from '../kit/directory-reader.ts';
import type { PlatformServices } from '../kit/services.ts';
import { snapshotByWalk } from '../kit/snapshot.ts';
import { cleanText } from '../kit/text.ts';
import { checkDingtalk } from './check.ts';
import { DingtalkClient } from './client.ts';
import { fullAccount, isOrdinary, listedAccount } from './person.ts';
import * as types from './types.ts';

const ROOT = '1';

const unitOf = (department: types.Department, parentExternalId: string | null): RemoteOrgUnitValue => ({
  externalId: department.dept_id,
  ids: [{ kind: 'dept_id', value: department.dept_id }],
  parentExternalId,
  name: cleanText(department.name),
  attributes:
    department.source_identifier === undefined ? {} : { sourceIdentifier: department.source_identifier },
});

const nullWhen = async <T>(code: ErrorCode, call: () => Promise<T>): Promise<T | null> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AppError && error.code === code) return null;
    throw error;
  }
};

/** The calls of the contact API that reading needs; see the vendor page beside each schema in `types.ts`. */
export const dingtalkReader = (client: DingtalkClient, connection: OpenConnection): DirectoryReader => {
  const forDepartment = (id: string) => ({ body: { dept_id: Number(id) }, object: id });
  return {
    rootId: ROOT,
    meter: {
      calls: () => client.calls,
      callsPerSecond: client.settings.callsPerSecond,
      pausedUntil: () => client.pausedUntil,
    },
    async range() {
      const answer = await client.call({ path: '/auth/scopes', schema: types.scopesAnswer });
      const { authed_dept: departments, authed_user: people } = answer.auth_org_scopes;
      const unitIds = departments.filter(isOrdinary);
      return { wholeCompany: unitIds.includes(ROOT), unitIds, accountIds: people };
    },
    async unit(id) {
      const path = '/topapi/v2/department/get';
      const { result } = await client.call({ path, ...forDepartment(id), schema: types.departmentAnswer });
      const unit = unitOf(result, result.parent_id ?? null);
      const leaders = result.dept_manager_userid_list;
      return leaders === undefined ? unit : { ...unit, leaderExternalIds: leaders };
    },
    async ancestors(id) {
      const path = '/topapi/v2/department/listparentbydept';
      const { result } = await client.call({ path, ...forDepartment(id), schema: types.parentsAnswer });
      return result.parent_id_list;
    },
    async children(id) {
      const path = '/topapi/v2/department/listsub';
      const { result } = await client.call({
        path,
        ...forDepartment(id),
        schema: types.subDepartmentsAnswer,
      });
      // The answer names no order; it comes in ascending order, so that the position stands for it.
      return result
        .filter((child) => isOrdinary(child.dept_id))
        .map((child, index) => ({ ...unitOf(child, id), order: String(index) }));
    },
    async members(id, cursor) {
      const body = {
        dept_id: Number(id),
        cursor: Number(cursor ?? 0),
        size: client.settings.userPageSize,
        // By default the listing leaves out people whose access is restricted; the head count does not.
        contain_access_limit: true,
      };
      const path = '/topapi/v2/user/list';
      const { result } = await client.call({ path, body, object: id, schema: types.membersAnswer });
      const people = result.list.map((person) => listedAccount(person, connection, id));
      return { people, next: result.has_more ? (result.next_cursor ?? null) : null };
    },
    async memberIds(id) {
      const path = '/topapi/user/listid';
      const { result } = await client.call({ path, ...forDepartment(id), schema: types.memberIdsAnswer });
      return result.userid_list;
    },
    async account(id) {
      const call = {
        path: '/topapi/v2/user/get',
        body: { userid: id },
        object: id,
        schema: types.personAnswer,
      };
      const answer = await nullWhen('PLATFORM_ACCOUNT_UNKNOWN', () => client.call(call));
      return answer === null ? null : fullAccount(answer.result, connection);
    },
    async headCount() {
      const call = { path: '/topapi/user/count', body: { only_active: false }, schema: types.countAnswer };
      return (await client.call(call)).result.count;
    },
  };
};

/** Reading side of DingTalk (rows W-DD-03, 09, 10, 27; O2-13…24). */
export const dingtalkSource = (services: PlatformServices): DirectorySource => ({
  async *snapshot(connection, request, signal) {
    // Whoever stops pulling ends the calls in flight as well.
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    try {
      const reader = dingtalkReader(new DingtalkClient(services, connection, both), connection);
      const startUnitIds = connection.pullRules.startOrgUnitExternalIds
        .map(cleanText)
        .filter((id) => id !== '');
      return yield* snapshotByWalk(reader, request, { signal: both, startUnitIds });
    } finally {
      stop.abort();
    }
  },
  async one(connection, what, signal) {
    const reader = dingtalkReader(new DingtalkClient(services, connection, signal), connection);
    if (what.kind === 'account') return reader.account(what.externalId);
    return nullWhen('PLATFORM_ORG_UNIT_UNKNOWN', () => reader.unit(what.externalId));
  },
  check: (connection, signal) => checkDingtalk(services, connection, signal),
});

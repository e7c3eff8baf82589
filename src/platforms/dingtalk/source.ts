import type {
  OpenConnection,
  RemoteAccountValue,
  RemoteMembershipValue,
  RemoteOrgUnitValue,
} from '../../domain/index.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import type { Appearance, DirectoryReader } from '../kit/directory-reader.ts';
import { checkDirectory } from '../kit/doctor.ts';
import { parseJson } from '../kit/json.ts';
import type { PlatformServices } from '../kit/services.ts';
import { snapshotByWalk } from '../kit/snapshot.ts';
import { cleanText, negated, seenText } from '../kit/text.ts';
import { nullWhen } from '../kit/vendor-errors.ts';
import { DingtalkClient } from './client.ts';
import { permissions } from './config.ts';
import * as types from './types.ts';

/** Negative numbers are departments of home-school contacts, which no contact call accepts. */
const isOrdinary = (departmentId: string): boolean => !departmentId.startsWith('-');

/** The custom fields, which stand as JSON within a text; what is not a flat object stays the text that it is. */
const parseExtension = (text: string): unknown => {
  try {
    return types.extension.parse(parseJson(text));
  } catch {
    return text;
  }
};

/** Mainland numbers plain, all others with their country number; `+xx-xxxx` and `state_code` are two spellings. */
const mobileOf = ({ mobile, state_code: state }: types.Person): RemoteAccountValue['mobile'] => {
  const text = seenText(mobile);
  if (typeof text !== 'string') return text;
  const digits = text.replace(/[\s-]/g, '');
  if (/^(\+?86)?1\d{10}$/.test(digits)) return digits.slice(-11);
  const country = cleanText(state ?? '').replace(/^\+/, '');
  return /^\d+$/.test(digits) && country !== '' && country !== '86' ? `+${country}${digits}` : digits;
};

const attributesOf = (person: types.Person): Record<string, unknown> => {
  const attributes: Record<string, unknown> = {
    personalEmail: seenText(person.email),
    companyEmail: seenText(person.org_email),
    avatar: seenText(person.avatar),
    telephone: seenText(person.telephone),
    workPlace: seenText(person.work_place),
    remark: seenText(person.remark),
    stateCode: seenText(person.state_code),
    hideMobile: person.hide_mobile,
    hiredDate: person.hired_date,
    activated: person.active,
    administrator: person.admin,
    boss: person.boss,
    exclusiveAccount: person.exclusive_account,
    extension: typeof person.extension === 'string' ? parseExtension(person.extension) : undefined,
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
};

const accountOf = (
  person: types.Person,
  connection: OpenConnection,
  memberships: readonly RemoteMembershipValue[],
): RemoteAccountValue => ({
  externalId: person.userid,
  ids: [
    { kind: 'userid', value: person.userid },
    ...(person.unionid === undefined || person.unionid === ''
      ? []
      : [{ kind: 'unionid', value: person.unionid }]),
  ],
  name: seenText(person.name),
  mobile: mobileOf(person),
  email: seenText(connection.pullRules.emailField === 'company' ? person.org_email : person.email),
  jobNumber: seenText(person.job_number),
  title: seenText(person.title),
  managerExternalId: seenText(person.manager_userid),
  // The wire's `active` means "has signed in to the client once", not "may be used".
  active: undefined,
  memberships,
  attributes: attributesOf(person),
});

const membership = (
  orgUnitExternalId: string,
  leader: boolean | undefined,
  order: string | undefined,
): RemoteMembershipValue => ({
  orgUnitExternalId,
  leader: leader ?? false,
  // Within a department a larger number stands nearer the top.
  ...(order === undefined ? {} : { order: negated(order) }),
});

/** The person as the listing of one department shows him. */
const listedAccount = (
  person: types.ListedPerson,
  connection: OpenConnection,
  departmentId: string,
): Appearance => ({
  account: accountOf(person, connection, [membership(departmentId, person.leader, person.dept_order)]),
  unitIds: person.dept_id_list.filter(isOrdinary),
});

/** The person with all departments, from the call for one person. */
const fullAccount = (person: types.FullPerson, connection: OpenConnection): RemoteAccountValue => {
  const orders = new Map(person.dept_order_list?.map((one) => [one.dept_id, one.order]));
  const leads = new Map(person.leader_in_dept?.map((one) => [one.dept_id, one.leader]));
  const ids = [...new Set(person.dept_id_list)].filter(isOrdinary);
  const memberships = ids.map((id) => membership(id, leads.get(id), orders.get(id)));
  return accountOf(person, connection, memberships);
};

const ROOT = '1';
const DEPARTMENT = '/topapi/v2/department';

const unitOf = (department: types.Department, parentExternalId: string | null): RemoteOrgUnitValue => ({
  externalId: department.dept_id,
  ids: [{ kind: 'dept_id', value: department.dept_id }],
  parentExternalId,
  name: cleanText(department.name),
  attributes:
    department.source_identifier === undefined ? {} : { sourceIdentifier: department.source_identifier },
});

/** The calls of the contact API that reading needs; the vendor page stands beside each schema in `types.ts`. */
const dingtalkReader = (client: DingtalkClient, connection: OpenConnection) => {
  const byDepartment = <Schema extends Parameters<DingtalkClient['post']>[2]['schema']>(
    path: string,
    id: string,
    schema: Schema,
  ) => client.post(path, { dept_id: Number(id) }, { schema, object: id });

  const page = async (id: string, cursor: number, size: number) => {
    // By default the listing leaves out people whose access is restricted; the head count does not.
    const body = { dept_id: Number(id), cursor, size, contain_access_limit: true };
    return (await client.post('/topapi/v2/user/list', body, { schema: types.membersAnswer, object: id }))
      .result;
  };

  return {
    rootId: ROOT,
    meter: {
      calls: () => client.calls,
      callsPerSecond: client.settings.callsPerSecond,
      pausedUntil: () => client.pausedUntil,
    },
    async range() {
      const { auth_org_scopes: scopes } = await client.get('/auth/scopes', types.scopesAnswer);
      const unitIds = scopes.authed_dept.filter(isOrdinary);
      return { wholeCompany: unitIds.includes(ROOT), unitIds, accountIds: scopes.authed_user };
    },
    async unit(id) {
      const { result } = await byDepartment(`${DEPARTMENT}/get`, id, types.departmentAnswer);
      const leaders = result.dept_manager_userid_list;
      const unit = unitOf(result, result.parent_id ?? null);
      return leaders === undefined ? unit : { ...unit, leaderExternalIds: leaders };
    },
    async ancestors(id) {
      return (await byDepartment(`${DEPARTMENT}/listparentbydept`, id, types.parentsAnswer)).result
        .parent_id_list;
    },
    async children(id) {
      const { result } = await byDepartment(`${DEPARTMENT}/listsub`, id, types.subDepartmentsAnswer);
      // The answer names no order; it comes in ascending order, so that the position stands for it.
      return result
        .filter((child) => isOrdinary(child.dept_id))
        .map((child, index) => ({ ...unitOf(child, id), order: String(index) }));
    },
    async members(id, cursor) {
      const { list, has_more, next_cursor } = await page(
        id,
        Number(cursor ?? 0),
        client.settings.userPageSize,
      );
      const people = list.map((person) => listedAccount(person, connection, id));
      return { people, next: has_more ? (next_cursor ?? null) : null };
    },
    async memberIds(id) {
      return (await byDepartment('/topapi/user/listid', id, types.memberIdsAnswer)).result.userid_list;
    },
    async account(id) {
      const call = () =>
        client.post('/topapi/v2/user/get', { userid: id }, { schema: types.personAnswer, object: id });
      const answer = await nullWhen('PLATFORM_ACCOUNT_UNKNOWN', call);
      return answer === null ? null : fullAccount(answer.result, connection);
    },
    async headCount() {
      const options = { schema: types.countAnswer };
      return (await client.post('/topapi/user/count', { only_active: false }, options)).result.count;
    },
    /** A few people of the department as they come. */
    sample: async (id: string): Promise<readonly types.ListedPerson[]> => (await page(id, 0, 10)).list,
    /** Ids of the direct children, whatever the range. */
    childIds: async (id: string): Promise<readonly string[]> =>
      (await byDepartment(`${DEPARTMENT}/listsubid`, id, types.childIdsAnswer)).result.dept_id_list,
  } satisfies DirectoryReader & Record<string, unknown>;
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
  check(connection, signal) {
    const spec = () => {
      const client = new DingtalkClient(services, connection, signal);
      const reader = dingtalkReader(client, connection);
      const probes: Readonly<Record<string, (unitId: string) => Promise<unknown>>> = {
        qyapi_get_department_list: reader.childIds,
        qyapi_get_department_member: reader.sample,
        qyapi_get_member: () => reader.headCount(),
      };
      return {
        client,
        reader,
        bases: [client.tokenBase, client.settings.apiBase] as const,
        appName: client.settings.clientId,
        companyName: client.settings.corpId,
        permissions: permissions.flatMap(({ point, label }) => {
          const probe = probes[point];
          return probe === undefined ? [] : [{ point, label, probe }];
        }),
        fields: [
          { name: 'mobile', point: '企业员工手机号信息' },
          { name: 'email', point: '邮箱等个人信息' },
        ],
        sample: reader.sample,
        console: { zh: '开发者后台 > 应用 > 权限管理', en: 'Developer console > the app > permissions' },
      };
    };
    return checkDirectory(services, connection, { spec, signal });
  },
});

import type {
  ExternalId,
  OpenConnection,
  RemoteAccountValue,
  RemoteMembershipValue,
  RemoteOrgUnitValue,
} from '../../domain/index.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import type { Appearance, DirectoryReader } from '../kit/directory-reader.ts';
import { parseInnerJson } from '../kit/json.ts';
import { readMobile } from '../kit/mobile.ts';
import type { PlatformServices } from '../kit/services.ts';
import { cleanText, descendingMembership as membership, seenText, withoutAbsent } from '../kit/text.ts';
import { nullWhen } from '../kit/vendor-errors.ts';
import { sourceByWalk } from '../kit/walk-source.ts';
import { DingtalkClient } from './client.ts';
import { permissions, SWITCH_POINT } from './config.ts';
import * as types from './types.ts';

/** Negative numbers are departments of home-school contacts, which no contact call accepts. */
const isOrdinary = (departmentId: string): boolean => !departmentId.startsWith('-');

const attributesOf = (person: types.Person): Record<string, unknown> =>
  withoutAbsent({
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
    extension:
      typeof person.extension === 'string' ? parseInnerJson(person.extension, types.extension) : undefined,
  });

export const idsOf = (userid: string, unionid = ''): readonly ExternalId[] => {
  const ids = [{ kind: 'userid', value: userid }];
  return unionid === '' ? ids : [...ids, { kind: 'unionid', value: unionid }];
};

const accountOf = (
  person: types.Person,
  connection: OpenConnection,
  memberships: readonly RemoteMembershipValue[],
): RemoteAccountValue => ({
  externalId: person.userid,
  ids: idsOf(person.userid, person.unionid),
  name: seenText(person.name),
  mobile: readMobile(person.mobile, person.state_code),
  email: seenText(connection.pullRules.emailField === 'company' ? person.org_email : person.email),
  jobNumber: seenText(person.job_number),
  title: seenText(person.title),
  managerExternalId: seenText(person.manager_userid),
  // The wire's `active` means "has signed in to the client once", not "may be used".
  active: undefined,
  memberships,
  attributes: attributesOf(person),
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

export const ROOT = '1';
export const DEPARTMENT = '/topapi/v2/department';

const unitOf = (department: types.Department, parentExternalId: string | null): RemoteOrgUnitValue => ({
  externalId: department.dept_id,
  ids: [{ kind: 'dept_id', value: department.dept_id }],
  parentExternalId,
  name: cleanText(department.name),
  attributes: withoutAbsent({ sourceIdentifier: department.source_identifier }),
});

/** The calls of the contact API that reading needs; the vendor page stands beside each schema in `types.ts`. */
export const dingtalkReader = (client: DingtalkClient, connection: OpenConnection) => {
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
    meter: client.meter,
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

/** Id of the person with that number, in the platform's spelling; `null` = nobody. */
export const idByMobile = async (client: DingtalkClient, mobile: string): Promise<string | null> => {
  const how = { schema: types.byMobileAnswer, object: mobile };
  const call = () => client.post('/topapi/v2/user/getbymobile', { mobile }, how);
  return (await nullWhen('PLATFORM_ACCOUNT_UNKNOWN', call))?.result.userid ?? null;
};

/** Reading side of DingTalk (rows W-DD-03, 09, 10, 27; O2-13…24). */
export const dingtalkSource = (services: PlatformServices): DirectorySource =>
  sourceByWalk(services, {
    open: (connection, signal) =>
      dingtalkReader(new DingtalkClient(services, connection, { signal }), connection),
    spec(connection, signal) {
      const client = new DingtalkClient(services, connection, { signal });
      const reader = dingtalkReader(client, connection);
      const exclusive = client.settings.disableAccounts === 'exclusive';
      return {
        client,
        reader,
        bases: [client.tokenBase, client.settings.apiBase],
        appName: client.settings.clientId,
        companyName: client.settings.corpId,
        permissions,
        probes: {
          qyapi_get_department_list: reader.childIds,
          qyapi_get_department_member: reader.sample,
          qyapi_get_member: reader.headCount,
          // The root is never changed, and there is nothing to change in this call: it only knocks at the gate.
          qyapi_manage_addresslist: () =>
            client.post(`${DEPARTMENT}/update`, { dept_id: 1 }, { schema: types.done, writes: true }),
          qyapi_get_member_by_mobile: () => idByMobile(client, '13000000000'),
          ...(exclusive ? { [SWITCH_POINT]: () => client.accountSwitch('nobody') } : {}),
        },
        fields: [
          { name: 'mobile', point: '企业员工手机号信息' },
          { name: 'email', point: '邮箱等个人信息' },
        ],
        sample: reader.sample,
        console: { zh: '开发者后台 > 应用 > 权限管理', en: 'Developer console > the app > permissions' },
      };
    },
  });

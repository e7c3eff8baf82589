import { AppError, type OpenConnection } from '../../domain/index.ts';
import type { CheckStep } from '../../ports/directory-source.ts';
import { checkName, failed, passed, skipped, step } from '../kit/doctor.ts';
import type { PlatformServices } from '../kit/services.ts';
import { DingtalkClient } from './client.ts';
import { permissions } from './config.ts';
import * as types from './types.ts';

/** How many departments are looked into for somebody whose fields can be looked at. */
const SAMPLED_DEPARTMENTS = 5;
const RANGE_SUBJECT = '通讯录授权范围 / contact range';

interface Range {
  readonly departments: readonly string[];
  readonly people: number;
}

const transportFailed = (error: unknown): boolean =>
  error instanceof AppError &&
  ['PLATFORM_UNREACHABLE', 'PLATFORM_TLS_FAILED', 'PLATFORM_TIMEOUT', 'PLATFORM_NAME_UNRESOLVED'].includes(
    error.code,
  );

async function* checkWay(client: DingtalkClient): AsyncGenerator<CheckStep, boolean, void> {
  const { host } = new URL(client.tokenBase);
  try {
    await client.reach();
    yield passed('TCP_TLS', host, { zh: '连接成功', en: 'connected' });
    yield passed('API_REACHABLE', host, { zh: '接口有应答', en: 'the API answers' });
    return true;
  } catch (error) {
    yield failed(transportFailed(error) ? 'TCP_TLS' : 'API_REACHABLE', host, error);
    return false;
  }
}

async function* checkApp(client: DingtalkClient): AsyncGenerator<CheckStep, Range | null, void> {
  const { clientId } = client.settings;
  try {
    await client.fetchToken();
    yield passed('CREDENTIALS', clientId, { zh: '凭证有效', en: 'the credentials are accepted' });
  } catch (error) {
    const listed = error instanceof AppError && error.code === 'PLATFORM_IP_NOT_ALLOWED';
    yield failed(listed ? 'IP_ALLOW_LIST' : 'CREDENTIALS', clientId, error);
    return null;
  }
  try {
    const answer = await client.call({ path: '/auth/scopes', schema: types.scopesAnswer });
    const { authed_dept: departments, authed_user: people } = answer.auth_org_scopes;
    yield passed('IP_ALLOW_LIST', clientId, { zh: '出口地址被接受', en: 'our outgoing address is accepted' });
    return { departments, people: people.length };
  } catch (error) {
    const missing = error instanceof AppError && error.code === 'PLATFORM_PERMISSION_MISSING';
    yield failed(missing ? 'PERMISSION' : 'IP_ALLOW_LIST', clientId, error);
    return null;
  }
}

const listPage = (client: DingtalkClient, departmentId: string) =>
  client.call({
    path: '/topapi/v2/user/list',
    body: { dept_id: Number(departmentId), cursor: 0, size: 10, contain_access_limit: true },
    object: departmentId,
    schema: types.membersAnswer,
  });

const probes: Readonly<Record<string, (client: DingtalkClient, departmentId: string) => Promise<unknown>>> = {
  qyapi_get_department_list: (client, id) =>
    client.call({
      path: '/topapi/v2/department/listsub',
      body: { dept_id: Number(id) },
      object: id,
      schema: types.subDepartmentsAnswer,
    }),
  qyapi_get_department_member: listPage,
  qyapi_get_member: (client) =>
    client.call({ path: '/topapi/user/count', body: { only_active: false }, schema: types.countAnswer }),
};

async function* checkPermissions(
  client: DingtalkClient,
  range: Range,
): AsyncGenerator<CheckStep, boolean, void> {
  let all = true;
  for (const { point, neededFor, label } of permissions) {
    const probe = probes[point];
    if (neededFor !== 'pull' || probe === undefined) continue;
    try {
      await probe(client, range.departments[0] ?? '1');
      yield passed('PERMISSION', point, label);
    } catch (error) {
      // Without a department in the range the root is refused for its place, which proves the right to ask.
      const outside = error instanceof AppError && error.code === 'PLATFORM_OUT_OF_RANGE';
      if (!outside) all = false;
      yield outside ? passed('PERMISSION', point, label) : failed('PERMISSION', point, error);
    }
  }
  return all;
}

async function* checkRange(
  client: DingtalkClient,
  range: Range,
  startUnits: readonly string[],
): AsyncGenerator<CheckStep, void, void> {
  const { departments, people } = range;
  const said = {
    zh: `${departments.length} 个部门、${people} 名成员`,
    en: `${departments.length} departments and ${people} single members`,
  };
  const remedy = {
    zh: '开发者后台 > 应用 > 权限管理 > 通讯录授权范围：选择全部员工，至少要包含部门（不能只选个人）。',
    en: 'Developer console > the app > permissions > contact range: choose all staff; departments must be in it, people alone are not enough.',
  };
  if (departments.length === 0)
    yield step('VISIBLE_RANGE', RANGE_SUBJECT, { status: 'FAIL', message: said, remedy });
  else if (departments.includes('1'))
    yield passed('VISIBLE_RANGE', RANGE_SUBJECT, { zh: '整个企业', en: 'the whole company' });
  else yield step('VISIBLE_RANGE', RANGE_SUBJECT, { status: 'WARN', message: said, remedy });
  for (const id of startUnits) {
    const call = { path: '/topapi/v2/department/get', object: id, schema: types.departmentAnswer };
    try {
      const { result } = await client.call({ ...call, body: { dept_id: Number(id) } });
      yield passed('VISIBLE_RANGE', id, { zh: result.name, en: result.name });
    } catch (error) {
      yield failed('VISIBLE_RANGE', id, error);
    }
  }
}

const samplePeople = async (
  client: DingtalkClient,
  departments: readonly string[],
): Promise<types.ListedPerson[]> => {
  const queue = [...departments];
  for (let looked = 0; looked < Math.min(SAMPLED_DEPARTMENTS, queue.length); looked += 1) {
    const id = queue[looked] ?? '1';
    const { list } = (await listPage(client, id)).result;
    if (list.length > 0) return list;
    const body = { dept_id: Number(id) };
    const call = {
      path: '/topapi/v2/department/listsub',
      body,
      object: id,
      schema: types.subDepartmentsAnswer,
    };
    queue.push(...(await client.call(call)).result.map((child) => child.dept_id));
  }
  return [];
};

async function* checkFields(client: DingtalkClient, range: Range): AsyncGenerator<CheckStep, void, void> {
  const sample = await samplePeople(client, range.departments);
  const fields = [
    { field: 'mobile', shown: sample.some((one) => one.mobile !== undefined), point: '企业员工手机号信息' },
    { field: 'email', shown: sample.some((one) => one.email !== undefined), point: '邮箱等个人信息' },
  ];
  for (const { field, shown, point } of fields) {
    if (sample.length === 0)
      yield step('FIELD_PERMISSION', field, {
        status: 'SKIPPED',
        message: { zh: '没有找到可供查看的人员', en: 'nobody was found to look at' },
      });
    else if (shown)
      yield passed('FIELD_PERMISSION', field, { zh: `可以读取 ${field}`, en: `${field} can be read` });
    else
      yield step('FIELD_PERMISSION', field, {
        status: 'WARN',
        message: { zh: `读不到 ${field}`, en: `${field} is not shown to the app` },
        remedy: {
          zh: `开发者后台 > 应用 > 权限管理：开通「${point}」。`,
          en: `Developer console > the app > permissions: open “${point}”.`,
        },
      });
  }
}

/** From name resolution to head count; ends early where the next step could not be read rightly. Never throws. */
export async function* checkDingtalk(
  services: PlatformServices,
  connection: OpenConnection,
  signal: AbortSignal,
): AsyncGenerator<CheckStep, void, void> {
  try {
    const client = new DingtalkClient(services, connection, signal);
    const bases = [...new Set([client.settings.apiBase, client.tokenBase])];
    for (const base of bases) {
      const name = await checkName(base, connection.allowPrivateNetwork, services.resolve);
      yield name;
      if (name.status === 'FAIL') return;
    }
    if (!(yield* checkWay(client))) return;
    const range = yield* checkApp(client);
    if (range === null) return;
    const allowed = yield* checkPermissions(client, range);
    yield* checkRange(client, range, connection.pullRules.startOrgUnitExternalIds);
    if (!allowed || range.departments.length === 0) {
      yield skipped('FIELD_PERMISSION', 'mobile, email');
      yield skipped('HEAD_COUNT', client.settings.corpId);
      return;
    }
    yield* checkFields(client, range);
    const body = { only_active: false };
    const { result } = await client.call({ path: '/topapi/user/count', body, schema: types.countAnswer });
    const { count } = result;
    yield passed('HEAD_COUNT', client.settings.corpId, { zh: `${count} 人`, en: `${count} people` });
  } catch (error) {
    if (!signal.aborted) yield failed('API_REACHABLE', connection.name, error);
  }
}

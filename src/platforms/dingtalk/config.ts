import type { PermissionPoint } from '../../ports/platform.ts';
import type { ReadableConnection } from '../kit/settings.ts';
import { choice, countUpTo, field, noBlanks, permissionPoint, readSettings } from '../kit/settings.ts';

const HELP = 'https://open.dingtalk.com/document/development/';
const CREDENTIAL = { required: true, check: noBlanks, helpLink: `${HELP}basic-concepts-beta` };
const KEEP = ['公有云保持默认。', 'Keep it for the public cloud.'] as const;
const CLIENT_ID = ['应用 > 凭证与基础信息。', 'The app > credentials and basic information.'] as const;
const CLIENT_SECRET = ['与 Client ID 同页，区分大小写。', 'Beside the Client ID; case matters.'] as const;
const TOKEN = [
  'legacy 只需访问旧版接口地址；平台停用它时改为 new 或 unified。',
  'legacy needs the legacy host alone; choose new or unified once the platform retires it.',
] as const;
const DISABLE = [
  'none：平台不能停用人员；exclusive：人员均为企业账号，可以停用。',
  'none: people cannot be disabled; exclusive: all are enterprise accounts, which can.',
] as const;
const NUMBERS = [
  '企业注册地在境外时选 prefixed（+86-）。',
  'prefixed (+86-) for companies registered abroad.',
] as const;

/** Ways to a token: the family is a choice because it is not documented that one string serves both hosts. */
const TOKEN_ENDPOINTS = ['legacy', 'new', 'unified'] as const;
const at = (defaultValue: string) => ({ kind: 'url', defaultValue }) as const;
const EDITION = ['标准版为 20。', '20 in the standard edition.'] as const;
const RATE = { ...countUpTo(1000, 20), helpLink: `${HELP}call-frequency-limit` };

/** Rows ID-07, W-DD-02, W-DD-04…06; points 2 and 7 of the platform sheet's open questions. */
export const settings = [
  field('corpId', ['企业 CorpId', 'CorpId', '开发者后台首页。', 'First page of the console.'], CREDENTIAL),
  field('clientId', ['应用 Client ID（AppKey）', 'Client ID (AppKey)', ...CLIENT_ID], CREDENTIAL),
  field('clientSecret', ['应用 Client Secret（AppSecret）', 'Client Secret (AppSecret)', ...CLIENT_SECRET], {
    ...CREDENTIAL,
    secret: true,
  }),
  field('apiBase', ['旧版接口地址', 'Address of the legacy API', ...KEEP], at('https://oapi.dingtalk.com')),
  field('newApiBase', ['新版接口地址', 'Address of the new API', ...KEEP], at('https://api.dingtalk.com')),
  field('tokenEndpoint', ['令牌接口', 'Token endpoint', ...TOKEN], choice(TOKEN_ENDPOINTS, 'legacy')),
  field('callsPerSecond', ['每接口每秒调用上限', 'Calls per second and API', ...EDITION], RATE),
  field('userPageSize', ['每页人数', 'People per page', '最多 100。', 'At most 100.'], countUpTo(100, 100)),
  field('disableAccounts', ['停用', 'Disabling people', ...DISABLE], choice(['none', 'exclusive'], 'none')),
  field('mainlandNumbers', ['手机号写法', 'Numbers', ...NUMBERS], choice(['plain', 'prefixed'], 'plain')),
];

/** Hosts of the public cloud's long connections; the call that opens one tells which. */
export const STREAM_HOSTS = ['wss-open-connection.dingtalk.com', 'wss-open-connection-union.dingtalk.com'];
/** Where callbacks come from. Page `event-subscription-and-data-push`. */
export const CALLBACK_NETWORKS = ['203.119.0.0/16', '140.205.0.0/16', '106.11.0.0/16', '198.11.0.0/16'];

/** Of the switch for enterprise accounts. */
export const SWITCH_POINT = 'Contact.OrgAccountSecurity.ReadWrite';

/** Row W-DD-09. https://open.dingtalk.com/document/development/add-api-permission */
export const permissions: readonly PermissionPoint[] = [
  permissionPoint('qyapi_get_department_list', 'pull', ['读取部门列表', 'read departments']),
  permissionPoint('qyapi_get_department_member', 'pull', ['读取部门成员', 'read members']),
  permissionPoint('qyapi_get_member', 'pull', ['读取成员信息', 'read people']),
  permissionPoint('qyapi_manage_addresslist', 'push', ['写入通讯录', 'write departments and people']),
  permissionPoint('qyapi_get_member_by_mobile', 'push', ['按手机号查找成员', 'find people by number']),
  permissionPoint(SWITCH_POINT, 'push', ['停用企业账号', 'disable enterprise accounts']),
];

/** The connection's settings, trimmed and with defaults. Throws `INPUT_INVALID` naming the field. */
export const dingtalkSettings = (connection: ReadableConnection) => {
  const read = readSettings(settings, connection);
  return {
    ...read,
    tokenEndpoint: TOKEN_ENDPOINTS.find((endpoint) => endpoint === read.tokenEndpoint) ?? 'legacy',
    callsPerSecond: Number(read.callsPerSecond),
    userPageSize: Number(read.userPageSize),
  };
};

export type DingtalkSettings = ReturnType<typeof dingtalkSettings>;

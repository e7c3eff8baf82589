import type { PermissionPoint } from '../../ports/platform.ts';
import {
  noBlanks,
  permissionPoint as point,
  type ReadableConnection,
  readSettings,
  setting,
  wholeNumber,
} from '../kit/settings.ts';

const HELP = 'https://open.dingtalk.com/document/development/';
const CREDENTIAL = { required: true, check: noBlanks, helpLink: `${HELP}basic-concepts-beta` };

const KEEP = ['公有云保持默认。', 'Keep it for the public cloud.'] as const;

/** Ways to a token: the family is a choice because it is not documented that one string serves both hosts. */
const TOKEN_ENDPOINTS = ['legacy', 'new', 'unified'] as const;

/** Rows ID-07, W-DD-02, W-DD-04…06; points 2 and 7 of the platform sheet's open questions. */
export const settings = [
  setting(
    'corpId',
    { label: ['企业 CorpId', 'CorpId'], help: ['开发者后台首页。', 'Front page of the developer console.'] },
    CREDENTIAL,
  ),
  setting(
    'clientId',
    {
      label: ['应用 Client ID（AppKey）', 'Client ID (AppKey)'],
      help: ['应用 > 凭证与基础信息。', 'The app > credentials and basic information.'],
    },
    CREDENTIAL,
  ),
  setting(
    'clientSecret',
    {
      label: ['应用 Client Secret（AppSecret）', 'Client Secret (AppSecret)'],
      help: ['与 Client ID 同页，区分大小写。', 'Beside the Client ID; case matters.'],
    },
    { ...CREDENTIAL, secret: true },
  ),
  setting(
    'apiBase',
    { label: ['旧版接口地址', 'Address of the legacy API'], help: KEEP },
    { kind: 'url', defaultValue: 'https://oapi.dingtalk.com' },
  ),
  setting(
    'newApiBase',
    { label: ['新版接口地址', 'Address of the new API'], help: KEEP },
    { kind: 'url', defaultValue: 'https://api.dingtalk.com' },
  ),
  setting(
    'tokenEndpoint',
    {
      label: ['令牌接口', 'Token endpoint'],
      help: [
        'legacy 只需访问旧版接口地址；平台停用它时改为 new 或 unified。',
        'legacy needs the legacy host alone; choose new or unified once the platform retires it.',
      ],
    },
    { kind: 'choice', choices: TOKEN_ENDPOINTS, defaultValue: 'legacy' },
  ),
  setting(
    'callsPerSecond',
    {
      label: ['每接口每秒调用上限', 'Calls per second and API'],
      help: ['标准版为 20。', '20 in the standard edition.'],
    },
    { defaultValue: '20', check: wholeNumber(1, 1000), helpLink: `${HELP}call-frequency-limit` },
  ),
  setting(
    'userPageSize',
    { label: ['人员列表每页条数', 'People per page'], help: ['平台最多 100。', 'At most 100.'] },
    { defaultValue: '100', check: wholeNumber(1, 100) },
  ),
  setting(
    'disableAccounts',
    {
      label: ['停用人员', 'Disabling people'],
      help: [
        'none：平台不能停用人员；exclusive：人员均为企业账号，可以停用。',
        'none: people cannot be disabled; exclusive: all are enterprise accounts, which can.',
      ],
    },
    { kind: 'choice', choices: ['none', 'exclusive'], defaultValue: 'none' },
  ),
  setting(
    'mainlandNumbers',
    {
      label: ['大陆手机号写法', 'Mainland numbers'],
      help: ['企业注册地在境外时选 prefixed（+86-）。', 'prefixed (+86-) for companies registered abroad.'],
    },
    { kind: 'choice', choices: ['plain', 'prefixed'], defaultValue: 'plain' },
  ),
];

/** Of the switch for enterprise accounts. */
export const SWITCH_POINT = 'Contact.OrgAccountSecurity.ReadWrite';

/** Row W-DD-09. https://open.dingtalk.com/document/development/add-api-permission */
export const permissions: readonly PermissionPoint[] = [
  point('qyapi_get_department_list', 'pull', ['读取部门列表', 'read departments']),
  point('qyapi_get_department_member', 'pull', ['读取部门成员', 'read members']),
  point('qyapi_get_member', 'pull', ['读取成员信息', 'read people']),
  point('qyapi_manage_addresslist', 'push', ['写入通讯录', 'write departments and people']),
  point('qyapi_get_member_by_mobile', 'push', ['按手机号查找成员', 'find people by number']),
  point(SWITCH_POINT, 'push', ['停用企业账号', 'disable enterprise accounts']),
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

import type { OpenConnection } from '../../domain/index.ts';
import type { PermissionPoint, SettingField } from '../../ports/platform.ts';
import { noBlanks, readSettings, setting, wholeNumber } from '../kit/settings.ts';

const HELP = 'https://open.dingtalk.com/document/development/';
const CREDENTIAL = { required: true, check: noBlanks, helpLink: `${HELP}basic-concepts-beta` };

/** Ways to a token: the family is a choice because it is not documented that one string serves both hosts. */
const TOKEN_ENDPOINTS = ['legacy', 'new', 'unified'] as const;
type TokenEndpoint = (typeof TOKEN_ENDPOINTS)[number];

/** Rows ID-07, W-DD-02, W-DD-04…06; points 2 and 7 of the platform sheet's open questions. */
export const settings: readonly SettingField[] = [
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
    {
      label: ['旧版接口地址', 'Address of the legacy API'],
      help: ['公有云保持默认。', 'Keep it for the public cloud.'],
    },
    { kind: 'url', defaultValue: 'https://oapi.dingtalk.com' },
  ),
  setting(
    'newApiBase',
    {
      label: ['新版接口地址', 'Address of the new API'],
      help: ['公有云保持默认。', 'Keep it for the public cloud.'],
    },
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
];

/** Row W-DD-09. https://open.dingtalk.com/document/development/add-api-permission */
export const permissions: readonly PermissionPoint[] = [
  {
    point: 'qyapi_get_department_list',
    neededFor: 'pull',
    label: { zh: '读取部门列表', en: 'read departments' },
  },
  {
    point: 'qyapi_get_department_member',
    neededFor: 'pull',
    label: { zh: '读取部门成员', en: 'read members' },
  },
  { point: 'qyapi_get_member', neededFor: 'pull', label: { zh: '读取成员信息', en: 'read people' } },
];

export interface DingtalkSettings {
  readonly corpId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiBase: string;
  readonly newApiBase: string;
  readonly tokenEndpoint: TokenEndpoint;
  readonly callsPerSecond: number;
  readonly userPageSize: number;
}

/** The connection's settings, trimmed and with defaults. Throws `INPUT_INVALID` naming the field. */
export const dingtalkSettings = (connection: OpenConnection): DingtalkSettings => {
  const read = readSettings(
    settings as readonly (SettingField & { name: keyof DingtalkSettings })[],
    connection,
  );
  return {
    ...read,
    tokenEndpoint: TOKEN_ENDPOINTS.find((endpoint) => endpoint === read.tokenEndpoint) ?? 'legacy',
    callsPerSecond: Number(read.callsPerSecond),
    userPageSize: Number(read.userPageSize),
  };
};

import { AppError, type OpenConnection } from '../../domain/index.ts';
import type { PermissionPoint, SettingField } from '../../ports/platform.ts';
import { cleanText } from '../kit/text.ts';

const HELP = 'https://open.dingtalk.com/document/development/';
type Sentence = { readonly zh: string; readonly en: string };

const matches =
  (pattern: RegExp, sentence: Sentence) =>
  (value: string): Sentence | null =>
    pattern.test(value) ? null : sentence;

const between = (low: number, high: number) => (value: string) =>
  /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high
    ? null
    : { zh: `应为 ${low} 到 ${high} 的整数`, en: `must be a whole number from ${low} to ${high}` };

const noBlanks = matches(/^[\x21-\x7e]+$/, {
  zh: '含有空格或不可见字符',
  en: 'contains blanks or hidden characters',
});

/** Ways to a token: the family is a choice because it is not documented that one string serves both hosts. */
export const TOKEN_ENDPOINTS = ['legacy', 'new', 'unified'] as const;
export type TokenEndpoint = (typeof TOKEN_ENDPOINTS)[number];

/** Rows ID-07, W-DD-02, W-DD-04…06; points 2 and 7 of the platform sheet's open questions. */
export const settings: readonly SettingField[] = [
  {
    name: 'corpId',
    label: { zh: '企业 CorpId', en: 'CorpId' },
    help: { zh: '开发者后台首页右上角。', en: 'On the front page of the developer console.' },
    secret: false,
    required: true,
    kind: 'text',
    helpLink: `${HELP}basic-concepts-beta`,
    check: noBlanks,
  },
  {
    name: 'clientId',
    label: { zh: '应用 Client ID（AppKey）', en: 'Client ID (AppKey)' },
    help: { zh: '应用 > 凭证与基础信息。', en: 'The app > credentials and basic information.' },
    secret: false,
    required: true,
    kind: 'text',
    helpLink: `${HELP}basic-concepts-beta`,
    check: noBlanks,
  },
  {
    name: 'clientSecret',
    label: { zh: '应用 Client Secret（AppSecret）', en: 'Client Secret (AppSecret)' },
    help: { zh: '与 Client ID 同页，区分大小写。', en: 'Beside the Client ID; case matters.' },
    secret: true,
    required: true,
    kind: 'text',
    helpLink: `${HELP}basic-concepts-beta`,
    check: noBlanks,
  },
  {
    name: 'apiBase',
    label: { zh: '旧版接口地址', en: 'Base address of the legacy API' },
    help: { zh: '公有云保持默认。', en: 'Keep the default for the public cloud.' },
    secret: false,
    required: false,
    kind: 'url',
    defaultValue: 'https://oapi.dingtalk.com',
  },
  {
    name: 'newApiBase',
    label: { zh: '新版接口地址', en: 'Base address of the new API' },
    help: { zh: '公有云保持默认。', en: 'Keep the default for the public cloud.' },
    secret: false,
    required: false,
    kind: 'url',
    defaultValue: 'https://api.dingtalk.com',
  },
  {
    name: 'tokenEndpoint',
    label: { zh: '令牌接口', en: 'Token endpoint' },
    help: {
      zh: '默认 legacy，只需访问旧版接口地址；平台停用旧接口时改为 new 或 unified。',
      en: 'legacy (default) needs the legacy host alone; choose new or unified once the platform retires it.',
    },
    secret: false,
    required: false,
    kind: 'choice',
    choices: TOKEN_ENDPOINTS,
    defaultValue: 'legacy',
  },
  {
    name: 'callsPerSecond',
    label: { zh: '每接口每秒调用上限', en: 'Calls per second and API' },
    help: { zh: '标准版为 20。', en: '20 in the standard edition.' },
    secret: false,
    required: false,
    kind: 'text',
    defaultValue: '20',
    helpLink: `${HELP}call-frequency-limit`,
    check: between(1, 1000),
  },
  {
    name: 'userPageSize',
    label: { zh: '人员列表每页条数', en: 'People per page' },
    help: { zh: '平台最多 100。', en: 'At most 100.' },
    secret: false,
    required: false,
    kind: 'text',
    defaultValue: '100',
    check: between(1, 100),
  },
];

const point = (name: string, neededFor: PermissionPoint['neededFor'], label: Sentence): PermissionPoint => ({
  point: name,
  neededFor,
  label,
});

/** Row W-DD-09. https://open.dingtalk.com/document/development/add-api-permission */
export const permissions: readonly PermissionPoint[] = [
  point('qyapi_get_department_list', 'pull', { zh: '读取部门列表', en: 'read departments' }),
  point('qyapi_get_department_member', 'pull', { zh: '读取部门成员', en: 'read members of departments' }),
  point('qyapi_get_member', 'pull', { zh: '读取成员信息', en: 'read people' }),
  point('qyapi_manage_addresslist', 'push', { zh: '维护通讯录', en: 'maintain the address book' }),
  point('Contact.User.Read', 'login', { zh: '读取登录者个人信息', en: 'read who signs in' }),
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
export const readSettings = (connection: OpenConnection): DingtalkSettings => {
  const read = (name: string): string => {
    const field = settings.find((candidate) => candidate.name === name);
    const given = cleanText(connection.secrets[name] ?? connection.settings[name] ?? '');
    const value = given === '' ? (field?.defaultValue ?? '') : given;
    const reason = value === '' ? (field?.required === true ? 'required' : null) : field?.check?.(value)?.en;
    if (typeof reason === 'string')
      throw new AppError('INPUT_INVALID', { details: { field: name, reason }, path: ['settings', name] });
    return value;
  };
  const wanted = read('tokenEndpoint');
  const tokenEndpoint = TOKEN_ENDPOINTS.find((endpoint) => endpoint === wanted);
  if (tokenEndpoint === undefined)
    throw new AppError('INPUT_INVALID', {
      details: { field: 'tokenEndpoint', reason: TOKEN_ENDPOINTS.join(' | ') },
    });
  return {
    corpId: read('corpId'),
    clientId: read('clientId'),
    clientSecret: read('clientSecret'),
    apiBase: read('apiBase'),
    newApiBase: read('newApiBase'),
    tokenEndpoint,
    callsPerSecond: Number(read('callsPerSecond')),
    userPageSize: Number(read('userPageSize')),
  };
};

import type { Text } from '../../domain/index.ts';
import { type AttributePath, attributePath } from '../kit/attribute-edits.ts';
import {
  choice,
  countUpTo,
  field,
  noBlanks,
  type ReadableConnection,
  readSettings,
} from '../kit/settings.ts';

const AUTH = ['basic', 'bearer', 'oauth2'] as const;
const CLIENT_AUTH = ['header', 'body'] as const;

const like =
  (pattern: RegExp, zh: string, en: string) =>
  (value: string): Text | null =>
    pattern.test(value) ? null : { zh, en };
const noSpaces = like(/^\S+$/, '不能含空格', 'it has blanks');
const noColon = like(/^[^\s:]+$/, '不能含空格或冒号', 'it has blanks or a colon');
const endpoint = like(
  /^(\/[\w.-]*\w[\w.-]*)+$/,
  '应为以 / 开头的路径',
  'it must be a path that begins with /',
);
const urn = like(/^urn:[\w.:-]+$/, '应以 urn: 开头', 'it must begin with urn:');
const attribute = like(/^(urn:[\w.:-]+:)?[a-z][\w-]*(\.[a-z][\w-]*)*$/i, '不是属性路径', 'no attribute path');
const short = like(/^.{1,5}$/u, '最多 5 个字符', 'at most 5 characters');

const [basic, bearer, oauth2] = AUTH.map((value) => ({ requiredWith: { field: 'auth', value } }));
const URL = { kind: 'url' } as const;
const SECRET = { secret: true, check: noBlanks };
const USUAL = ['一般保持默认。', 'Usually as it is.'] as const;

/** How units tell what they are below of. */
const TREE = [
  field(
    'parentAttribute',
    [
      '上级部门属性',
      'Attribute of the parent',
      '保存上级部门 id 的属性，如 urn:…:Group:parent；none：名称中写路径。',
      'Keeps the id of the unit above, such as urn:…:Group:parent; none = paths in names.',
    ],
    { defaultValue: 'none', check: attribute },
  ),
  field('pathSeparator', ['路径分隔符', 'Separator', '名称中写路径时使用。', 'Of paths in names.'], {
    defaultValue: '/',
    check: short,
  }),
];

/** Row ID-25, tab by tab; each field is asked for by its own name. */
export const settings = [
  field('baseUrl', ['SCIM 地址', 'SCIM address', '/Users 之前。', 'What /Users follows.'], {
    ...URL,
    required: true,
  }),
  field('auth', ['认证方式', 'Authentication', '由对方定。', 'As is asked for.'], choice(AUTH, 'bearer')),
  field('userName', ['用户名', 'User name', 'Basic 认证。', 'For basic.'], { ...basic, check: noColon }),
  field('password', ['密码', 'Password', 'Basic 认证。', 'For basic.'], {
    ...basic,
    secret: true,
    check: noSpaces,
  }),
  field('token', ['令牌', 'Token', 'Bearer 认证。', 'For bearer.'], { ...bearer, ...SECRET }),
  field(
    'tokenUrl',
    ['OAuth URL', 'OAuth URL', '令牌接口的完整地址。', 'Full address of the token endpoint.'],
    {
      ...oauth2,
      kind: 'url',
    },
  ),
  field('clientId', ['Client ID', 'Client ID', '即 API Key。', 'The API key.'], {
    ...oauth2,
    check: noBlanks,
  }),
  field('clientSecret', ['Client Secret', 'Client secret', '区分大小写。', 'Case matters.'], {
    ...oauth2,
    ...SECRET,
  }),
  field('scope', ['Scope', 'Scope', '以空格分隔，可留空。', 'Divided by blanks; may stay empty.']),
  field(
    'clientAuth',
    ['客户端凭证位置', 'Client credentials in', 'header：Basic 头。', 'header = Basic, body = form.'],
    choice(CLIENT_AUTH, 'header'),
  ),
  field('userEndpoint', ['人员路径', 'Path of people', ...USUAL], {
    defaultValue: '/Users',
    check: endpoint,
  }),
  field('groupEndpoint', ['部门路径', 'Path of units', ...USUAL], {
    defaultValue: '/Groups',
    check: endpoint,
  }),
  field('groupSchema', ['部门 Schema', 'Schema of units', ...USUAL], {
    defaultValue: 'urn:ietf:params:scim:schemas:core:2.0:Group',
    check: urn,
  }),
  ...TREE,
  field(
    'pageSize',
    ['每页条数', 'Page size', '对方可返回更少。', 'The service may bring fewer.'],
    countUpTo(1000, 100),
  ),
  field(
    'callsPerSecond',
    ['每秒调用上限', 'Calls per second', '由对方决定。', 'As the service allows.'],
    countUpTo(1000, 10),
  ),
];

interface Read {
  readonly auth: (typeof AUTH)[number];
  readonly clientAuth: (typeof CLIENT_AUTH)[number];
  /** `null` = the path of a unit stands in its name. */
  readonly parent: AttributePath | null;
  readonly pageSize: number;
  readonly callsPerSecond: number;
}
type Texts = Record<(typeof settings)[number]['name'], string>;
export type ScimSettings = Readonly<Omit<Texts, keyof Read | 'parentAttribute'>> & Read;

/** What is needed to say what a service can take; a form that nobody has filled in yet tells it by its defaults. */
export const treeSettings = (
  connection: ReadableConnection,
): Pick<ScimSettings, 'parent' | 'pathSeparator'> => {
  const { parentAttribute, pathSeparator } = readSettings(TREE, connection);
  return { parent: parentAttribute === 'none' ? null : attributePath(parentAttribute), pathSeparator };
};

/** The connection's settings, trimmed and with defaults. Throws `INPUT_INVALID` naming the field. */
export const scimSettings = (connection: ReadableConnection): ScimSettings => {
  const { parentAttribute: _, ...read } = readSettings(settings, connection);
  return {
    ...read,
    ...treeSettings(connection),
    auth: AUTH.find((one) => one === read.auth) ?? 'bearer',
    clientAuth: CLIENT_AUTH.find((one) => one === read.clientAuth) ?? 'header',
    pageSize: Number(read.pageSize),
    callsPerSecond: Number(read.callsPerSecond),
  };
};

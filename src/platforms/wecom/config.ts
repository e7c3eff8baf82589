import { AppError } from '../../domain/index.ts';
import type { PermissionPoint } from '../../ports/platform.ts';
import { FIELD_PAIRS, readFieldPairs } from '../kit/field-pairs.ts';
import {
  choice,
  countUpTo,
  field,
  noBlanks,
  numbersOf,
  permissionPoint,
  type ReadableConnection,
  readSettings,
} from '../kit/settings.ts';

const page = (number: number) => ({
  helpLink: `https://developer.work.weixin.qq.com/document/path/${number}`,
});
const when = (value: string) => ({ requiredWith: { field: 'reading', value } });
const SECRET = { secret: true, check: noBlanks, ...page(90665) };
const NEEDED = { required: true, check: noBlanks, ...page(90665) };
const COMPANY = ['管理后台 > 我的企业 > 企业信息。', 'Admin console > My company.'] as const;
const AGENT = [
  '可见范围含成员或标签时需要。',
  'Needed where the visible range names people or tags.',
] as const;
const READING = [
  '管理后台 > 应用管理 > 自建应用；拉取其可见范围，其中须有部门。',
  'Admin console > Apps > your own app; its visible range, which must contain departments, is pulled.',
] as const;
const WRITING = [
  '管理后台 > 安全与管理 > 管理工具 > 通讯录同步，权限为编辑；可信 IP 单独设置。',
  'Admin console > Management tools > Contacts sync, with the right to edit; it has trusted IPs of its own.',
] as const;
const BASE = ['私有部署与政务微信各有地址。', 'Private deployments and government WeCom differ.'] as const;
const HOW = [
  'auto：有应用 Secret 就用应用；contacts：用通讯录同步，平台不给详情时只读 ID。',
  'auto: by the app where its secret is given; contacts: by contacts sync, ids alone where details are withheld.',
] as const;
const INVITING = [
  'yes：平台向新成员发送邀请。',
  'yes: the platform invites people who are created.',
] as const;
const DRIFT = [
  '新文档取默认值，旧版更小。',
  'The default is of the newest page; older ones say less.',
] as const;
const OWN = ['属性=平台字段名，逗号分隔。', 'attribute=name at the platform, separated by commas.'] as const;
const RATE = ['平台限每分钟 1 万、每小时 15 万次。', '10,000 a minute and 150,000 an hour.'] as const;
const CLOUD = { kind: 'url', defaultValue: 'https://qyapi.weixin.qq.com' } as const;
const WAYS = { ...choice(['auto', 'app', 'contacts'], 'auto'), ...page(96079) };
const LIMITS = [countUpTo(1000, 166), countUpTo(10_000_000, 150_000)].map((one) => ({
  ...one,
  ...page(90312),
}));

/** Rows W-WX-03, 06, 17, 18, 21, 25. What sources disagree about is a choice. */
export const settings = [
  field('corpId', ['企业 ID', 'CorpId', ...COMPANY], NEEDED),
  field('agentId', ['应用 AgentId', 'AgentId', ...AGENT], { check: countUpTo(4_294_967_295, 1).check }),
  field('appSecret', ['应用 Secret（读取）', 'App secret', ...READING], { ...SECRET, ...when('app') }),
  field('contactsSecret', ['通讯录同步 Secret（写入）', 'Contacts sync secret', ...WRITING], {
    ...SECRET,
    ...when('contacts'),
  }),
  field('apiBase', ['接口地址', 'Address of the API', ...BASE], CLOUD),
  field('reading', ['读取方式', 'How to read', ...HOW], WAYS),
  field('callsPerSecond', ['每接口每秒调用上限', 'Calls per second and API', ...RATE], LIMITS[0]),
  field('callsPerHour', ['每接口每小时调用上限', 'Calls per hour and API', ...RATE], LIMITS[1]),
  field('invite', ['邀请新成员', 'Invite new people', ...INVITING], choice(['no', 'yes'], 'no')),
  field('maxDepartments', ['每人部门数上限', 'Departments of a person', ...DRIFT], countUpTo(100, 100)),
  field('departmentNameLength', ['部门名称字数', 'Length of department names', ...DRIFT], countUpTo(64, 64)),
  field('extraFields', ['自定义字段', 'Custom fields', ...OWN], FIELD_PAIRS),
  field('externalFields', ['对外信息字段', 'External profile', ...OWN], FIELD_PAIRS),
];

/** What the two secrets are needed for (rows W-WX-17, 18). */
export const permissions: readonly PermissionPoint[] = [
  permissionPoint('department/list', 'pull', ['读取部门', 'read departments']),
  permissionPoint('user/list', 'pull', ['读取成员', 'read members']),
  permissionPoint('user/get', 'pull', ['读取成员信息', 'read people']),
  permissionPoint('department/update', 'push', ['编辑通讯录', 'edit contacts']),
];

export const secretMissing = (field: 'appSecret' | 'contactsSecret'): AppError =>
  new AppError('INPUT_INVALID', { details: { field, reason: 'it is required' }, path: ['settings', field] });

/** The connection's settings, trimmed and with defaults. Throws `INPUT_INVALID` naming the field. */
export const wecomSettings = (connection: ReadableConnection) => {
  const read = readSettings(settings, connection);
  if (connection.secrets !== undefined && read.appSecret + read.contactsSecret === '')
    throw secretMissing('appSecret');
  return {
    ...read,
    /** Details are read by the app; otherwise by contacts sync, as far as the platform lets it. */
    byApp: read.reading === 'app' || (read.reading === 'auto' && read.appSecret !== ''),
    invite: read.invite === 'yes',
    ...numbersOf(read, 'callsPerSecond', 'callsPerHour', 'maxDepartments', 'departmentNameLength'),
    extraFields: readFieldPairs(read.extraFields),
    externalFields: readFieldPairs(read.externalFields),
  };
};

export type WecomSettings = ReturnType<typeof wecomSettings>;

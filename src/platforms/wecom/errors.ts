import { vendorRow as row, codeSpan as span, vendorErrorTable } from '../kit/vendor-errors.ts';

const page = (number: number): string => `https://developer.work.weixin.qq.com/document/path/${number}`;
const LIST = page(90313);
const TOKEN = page(91039);
const DEPARTMENT = page(90205);
const REMOVAL = page(90207);
const USER = page(90195);

const TRUSTED_IP = {
  zh: '请在管理后台将 {address} 加入「企业可信IP」：自建应用与通讯录同步各有一份，约 1 分钟后生效。',
  en: 'Add {address} to the trusted IPs in the admin console, of the app and of contacts sync; it takes a minute.',
};
const RIGHT_SECRET = {
  zh: '读取用自建应用的 Secret，写入用通讯录同步的 Secret（权限：编辑），请核对是否填反。',
  en: 'Reading takes the secret of your own app, writing that of contacts sync with the right to edit.',
};
const VISIBLE_RANGE = {
  zh: '请在管理后台 > 应用管理 > 该应用 > 可见范围 中加入它。',
  en: 'Add it in the admin console: Apps > the app > visible range.',
};
const SECRETS = {
  zh: '请从管理后台重新复制企业 ID 与 Secret，并确认应用已启用。',
  en: 'Copy CorpId and secret anew from the admin console and see that the app is enabled.',
};
const HOLDER = {
  zh: '号码属于平台成员 {holder}：请关联该成员，或更换号码。',
  en: 'The number is that of {holder} at the platform: link that person, or use another number.',
};

const byField = ([field, code]: [string, string]) => row(code, 'PLATFORM_FIELD_INVALID', LIST, field);

/** Vendor code → our code, whose row holds retry class and texts; section 12 of the platform sheet. */
export const wecomErrors = vendorErrorTable([
  row('-1', 'PLATFORM_BUSY', LIST),
  row('6000', 'PLATFORM_CONCURRENT_CHANGE', LIST),
  row('45029', 'PLATFORM_LIST_TOO_LARGE', page(90201)),
  row('45009 45033', 'PLATFORM_THROTTLED', page(90312)),
  row(
    '404 40008 40033 40035 40058 40063 41001 41009 41019 43004 43012 46003 48005',
    'PLATFORM_CALL_REJECTED',
    LIST,
  ),
  row(`40007 40088 40089 40092 45026 60132 ${span(302003, 302008)}`, 'PLATFORM_CALL_REJECTED', page(90983)),
  row(`40068 40071 40096 ${span(42014, 42021)} ${span(42023, 42052)}`, 'PLATFORM_CALL_REJECTED', LIST),
  row('40014 42001', 'PLATFORM_TOKEN_INVALID', TOKEN),
  row('40001 40091 41004 45031', 'PLATFORM_CREDENTIALS_INVALID', TOKEN, SECRETS),
  row('40013 41002', 'PLATFORM_COMPANY_MISMATCH', TOKEN, SECRETS),
  row('50003 50006 48004 48006', 'PLATFORM_APP_DISABLED', LIST),
  row('301007', 'PLATFORM_COMPANY_DISABLED', LIST),
  row('60020 301042', 'PLATFORM_IP_NOT_ALLOWED', page(90664), TRUSTED_IP),
  row('48002 48008 84074', 'PLATFORM_PERMISSION_MISSING', LIST, RIGHT_SECRET),
  row('48009', 'PLATFORM_DETAILS_WITHHELD', page(96079)),
  row('50002 60011 60021', 'PLATFORM_OUT_OF_RANGE', LIST, VISIBLE_RANGE),
  row('40056 301002', 'PLATFORM_AGENT_INVALID', LIST),
  row('81011', 'PLATFORM_APP_PROTECTED', page(90214)),
  row('60003 60123', 'PLATFORM_ORG_UNIT_UNKNOWN', page(90208)),
  row('40066 60127', 'PLATFORM_ORG_UNIT_INVALID', USER),
  row('60008', 'PLATFORM_ORG_UNIT_NAME_TAKEN', DEPARTMENT),
  row('60004 60124', 'PLATFORM_PARENT_UNKNOWN', DEPARTMENT),
  row('60001 60009 60125', 'PLATFORM_NAME_ILLEGAL', DEPARTMENT),
  row('60005', 'PLATFORM_ORG_UNIT_NOT_EMPTY', REMOVAL),
  row('60006', 'PLATFORM_ORG_UNIT_HAS_CHILDREN', REMOVAL),
  row('60007', 'PLATFORM_ROOT_PROTECTED', REMOVAL),
  row('60010', 'PLATFORM_TREE_CYCLE', page(90206)),
  row('81001 81003', 'PLATFORM_ORG_UNIT_FULL', DEPARTMENT),
  row('81002', 'PLATFORM_DEPTH_EXCEEDED', DEPARTMENT),
  row('40003 46004 60111 84061', 'PLATFORM_ACCOUNT_UNKNOWN', page(90196)),
  row('40031 40032 40070 81013 81017 82001 82002 82003', 'PLATFORM_ACCOUNT_LIST_INVALID', page(90199)),
  row('60102', 'PLATFORM_ACCOUNT_ID_TAKEN', USER),
  row('301005', 'PLATFORM_ACCOUNT_NOT_OURS', page(90198)),
  row('60103', 'PLATFORM_MOBILE_INVALID', USER),
  row('60104', 'PLATFORM_MOBILE_TAKEN', USER, HOLDER),
  row('60105 60141 60143', 'PLATFORM_EMAIL_INVALID', USER),
  row('60106 60142 60144 60145', 'PLATFORM_EMAIL_TAKEN', USER),
  row('60129', 'PLATFORM_CONTACT_MISSING', USER),
  row('60257 301021', 'PLATFORM_MANAGER_UNKNOWN', USER),
  ...Object.entries({ memberships: '60110', name: '60112', title: '301012' }).map(byField),
  ...Object.entries({ telephone: '301013', alias: '301014', avatar: '301015' }).map(byField),
  row('301036', 'PLATFORM_FIELD_INVALID', page(90197), 'userid'),
  row(`41036 ${span(90100, 90106)}`, 'PLATFORM_FIELD_INVALID', USER, 'externalProfile'),
  row('45024', 'PLATFORM_HEAD_COUNT_LIMIT', page(90312)),
  row('40029 42003 42022 60140 40207 84014 84015', 'PLATFORM_LOGIN_CODE_INVALID', page(91023)),
  row('40208', 'PLATFORM_LOGIN_NOT_AUTHORIZED', page(99499)),
  row('50001 40209 40210 80001 85004 85005 85008 40054 40055', 'PLATFORM_REDIRECT_NOT_REGISTERED', LIST),
  row('40093 42012 91040', 'PLATFORM_SIGNATURE_INVALID', page(90506)),
  row('40057', 'PLATFORM_CALLBACK_REJECTED', page(90930)),
]);

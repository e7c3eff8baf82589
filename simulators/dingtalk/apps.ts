/** Permission points of the calls that the simulator knows. */
export const ALL_SCOPES = [
  'qyapi_base',
  'qyapi_get_department_list',
  'qyapi_get_department_member',
  'qyapi_get_member',
  'qyapi_get_member_by_mobile',
  'qyapi_manage_addresslist',
  'qyapi_addresslist_search',
  'qyapi_liveness_base',
  'qyapi_hrm_read_user',
  'Contact.Common.Read',
  'Contact.OrgAccountSecurity.ReadWrite',
] as const;

/** An internal app of the corp. */
export interface App {
  readonly clientId: string;
  clientSecret: string;
  readonly agentId: number;
  name: string;
  /** `false` = disabled in the console: 50003. */
  enabled: boolean;
  scopes: Set<string>;
  /** 企业员工手机号信息 */
  mobileField: boolean;
  /** 邮箱等个人信息 */
  personalFields: boolean;
  /** Exit addresses; `203.0.113.*` allowed; empty = not restricted. */
  ipList: string[];
  /** 通讯录授权范围; department 1 = whole company. */
  range: { depts: number[]; users: string[] };
}

export type AppInput = Partial<Omit<App, 'scopes'>> & { readonly scopes?: readonly string[] };

export function createApp(input: AppInput, number: number): App {
  return {
    clientId: `dingsimapp${String(number).padStart(10, '0')}`,
    clientSecret: `SimSecret-${number}-Qz7vXk2mRt9pLw4c`,
    agentId: 2_900_000_000 + number,
    name: `应用${number}`,
    enabled: true,
    mobileField: true,
    personalFields: true,
    ipList: [],
    range: { depts: [1], users: [] },
    ...input,
    scopes: new Set(input.scopes ?? ALL_SCOPES),
  };
}

export function ipAllowed(app: App, ip: string): boolean {
  if (app.ipList.length === 0) return true;
  return app.ipList.some((entry) => (entry.endsWith('*') ? ip.startsWith(entry.slice(0, -1)) : entry === ip));
}

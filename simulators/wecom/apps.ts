/** 2022-06-20 20:00 Beijing time: apps made from then on see no sensitive fields and need trusted addresses. */
export const FIELDS_RESTRICTED_FROM = Date.UTC(2022, 5, 20, 12);
/** A day before it, and a day of today, for `createdAt`. */
export const BEFORE_RESTRICTIONS = FIELDS_RESTRICTED_FROM - 86_400_000;
export const AFTER_RESTRICTIONS = Date.UTC(2026, 0, 5);

/** A holder of a secret: a self-built app, or the contacts-sync assistant. */
export interface App {
  /** Its name in control and ledger: the agent id as text, `contacts` for contacts-sync. */
  readonly clientId: string;
  readonly kind: 'selfBuilt' | 'contacts';
  clientSecret: string;
  /** 0 for contacts-sync. */
  readonly agentId: number;
  name: string;
  /** `false` = disabled in the console, or API sync switched off. */
  enabled: boolean;
  /** Epoch milliseconds; decides over the restrictions of 2022-06-20. */
  createdAt: number;
  /** 企业可信IP; `203.0.113.*` allowed. Asked only of apps made after the restrictions. */
  ipList: string[];
  /** Contacts-sync: addresses that were in use before 2022-08-15 and may read details. */
  oldIps: string[];
  /** Visible range; department 1 = whole company. Not of contacts-sync, which sees everything. */
  range: { depts: number[]; users: string[] };
  /** Contacts-sync: `read` may not write (48008). */
  permission: 'read' | 'edit';
  /** Calls that were taken away from it: 48002. Paths, or prefixes ending in `*`. */
  forbidden: string[];
  /** Fields that the administrator ticked for `auth/getuserdetail`. */
  privateFields: string[];
  /** 45031 */
  weakSecret: boolean;
}

export type AppInput = Partial<App>;

export const PRIVATE_FIELDS = ['gender', 'avatar', 'qr_code', 'mobile', 'email', 'biz_mail', 'address'];

export function createApp(input: AppInput, number: number): App {
  const kind = input.kind ?? 'selfBuilt';
  const agentId = input.agentId ?? (kind === 'contacts' ? 0 : 1_000_001 + number);
  return {
    clientId: kind === 'contacts' ? 'contacts' : String(agentId),
    kind,
    clientSecret: `SimSecret-${kind === 'contacts' ? 'contacts' : number}-Qz7vXk2mRt9pLw4cYb8nHs3d`,
    agentId,
    name: kind === 'contacts' ? '通讯录同步助手' : `应用${number}`,
    enabled: true,
    createdAt: AFTER_RESTRICTIONS,
    ipList: ['127.0.0.1'],
    oldIps: [],
    range: { depts: [1], users: [] },
    permission: 'edit',
    forbidden: [],
    privateFields: [...PRIVATE_FIELDS],
    weakSecret: false,
    ...input,
  };
}

export function ipListed(list: readonly string[], ip: string): boolean {
  return list.some((entry) => (entry.endsWith('*') ? ip.startsWith(entry.slice(0, -1)) : entry === ip));
}

/** Made after 2022-06-20 20:00. */
export function isRestricted(app: App): boolean {
  return app.createdAt >= FIELDS_RESTRICTED_FROM;
}

export function ipTrusted(app: App, ip: string): boolean {
  return !isRestricted(app) || ipListed(app.ipList, ip);
}

export function isForbidden(app: App, path: string): boolean {
  return app.forbidden.some((entry) =>
    entry.endsWith('*') ? path.startsWith(entry.slice(0, -1)) : entry === path,
  );
}

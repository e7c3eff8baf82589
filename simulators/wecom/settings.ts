import { z } from 'zod';

const positive = z.int().positive();
const natural = z.int().nonnegative();
const span = z.tuple([natural, natural]);

/** So many calls in any window of that length; going over blocks for as long as the window. */
const windowLimit = z.strictObject({ calls: positive, windowMs: positive });
const choice = <T extends number>(...codes: readonly T[]) => z.literal(codes);

/** Limits of §1.5 and others that count; `null` or an empty list = none. */
const limitSettings = {
  /** One API by one corp. */
  corpLimits: z.array(windowLimit),
  /** One API by one address. */
  ipLimits: z.array(windowLimit),
  /** Calls of one API by one corp that may be under way at once: 45033. (?) The number is not published. */
  concurrency: positive.nullable(),
  /** Wrong secrets of one address within an hour until its token fetches answer 45009. */
  wrongSecrets: z.strictObject({ failures: positive, blockMs: positive }).nullable(),
  /** `debug=1` per API and minute. */
  debugPerMinute: positive,
  /** Wrong look-ups by mobile a day, as a share of the head count. */
  wrongLookupShare: z.number().positive().nullable(),
  /** People that the corp may hold: 45024; three times as many may be created a month: 45009. */
  accountCap: positive.nullable(),
  maxDepartments: positive,
  /** Departments and members directly in one department: 81001. */
  maxNodesPerDepartment: positive,
  /** (?) Levels, the root being the first: 81002. */
  maxLevels: positive,
  /** `user/list` with more rows answers 45029. */
  maxListRows: positive.nullable(),
};

/** Where sources of different age, or nobody, say what happens. */
const ruleSettings = {
  /** Characters, or bytes, of a department's name. */
  departmentName: z.strictObject({ most: positive, unit: z.enum(['chars', 'bytes']) }),
  departmentCharactersCode: choice(60009, 60125),
  aliasMost: positive,
  /** More departments of one person are 60110. */
  departmentsPerMember: positive,
  /** More direct leaders are 60257; older pages say 5. */
  directLeaders: positive,
  /** A member without department: into 其他（待设置部门）, or refused with 41019. */
  placement: z.enum(['system', 'required']),
  /** A member in a department that does not exist: it is created below 其他（待设置部门）, or refused. */
  unknownDepartment: z.union([z.literal('create'), choice(60123, 60003)]),
  /** (?) An empty text in an update empties the field; `false` passes it over. */
  emptyTextClears: z.boolean(),
  /** `\u` escapes in a body are 40033. */
  refuseUnicodeEscapes: z.boolean(),
  /** A call that wants POST, made by GET. */
  postByGetCode: choice(40063, 40058, 40003),
  /** (?) */
  rootParentId: natural,
  /** (?) `user/list` and others of a department that does not exist. */
  unknownDepartmentCode: choice(60003, 60123),
  outOfRangeUserCode: choice(60111, 60011, 50002),
  outOfRangeDepartmentCode: choice(60011, 60003),
  /** (?) Directory writes and `list_id` with a self-built app's token. */
  appWriteCode: choice(48002, 60011),
  disabledAppCode: choice(40001, 50003),
  wrongSecretCode: choice(40001, 40091),
  /** (?) `expires_in` of a token that was fetched before. */
  repeatedExpiresIn: z.enum(['remaining', 'full']),
  /** (?) Some accounts report 60020 of gettoken as well. */
  ipCheckOnGettoken: z.boolean(),
  /** (?) Whoever left stays with status 5, or is unknown (60111). */
  leftMembers: z.enum(['kept', 'gone']),
  /** (?) `thumb_avatar` is one of the restricted fields. */
  thumbAvatarRestricted: z.boolean(),
  usedCodeCode: choice(40029, 42022),
  expiredCodeCode: choice(40029, 42003),
  /** A code of another app. */
  foreignCodeCode: choice(50001, 40029),
};

/** What the corp has set up, and what the simulator is told to do. */
const corpSettings = {
  /** Custom fields defined in the console; others are ignored without a word. */
  customAttributes: z.array(
    z.strictObject({ name: z.string(), type: z.union([z.literal(0), z.literal(1)]) }),
  ),
  /** Corp mail is open: `biz_mail` is made when it is not given. `null` = not open, `biz_mail` is ignored (?). */
  corpMailDomain: z.string().nullable(),
  /** Short names that may stand in `external_corp_name`: others are 41036. */
  certifiedNames: z.array(z.string()),
  /** 301007 */
  corpBanned: z.boolean(),
  /** `enable`, `isleader`, `hide_mobile`, `english_name` of old accounts in answers. */
  legacyExtras: z.boolean(),
  /** (?) Headers `Error-Code` and `Error-Msg` repeat the result. */
  errorHeaders: z.boolean(),
  /** Reads see a change this many milliseconds after the write, drawn from [least, most]; writes see it at once. */
  visibilityDelayMs: span,
  /** Changes of an app's address list (about 60,000 on the platform) and of its range show after this many. */
  trustedIpDelayMs: natural,
  rangeDelayMs: natural,
  /** (?) Whether doubles, broken trees and the guard 45026 are told when a job is asked for, or by its result. */
  batchChecks: z.enum(['request', 'job']),
  /** How long a batch job runs. */
  batchJobMs: natural,
  /** Address the platform sees instead of the socket's; `null` = the socket's. */
  clientIp: z.string().nullable(),
  /** Every answer is held back this long, milliseconds. */
  latencyMs: z.number().nonnegative(),
  latencyJitterMs: z.number().nonnegative(),
};

const eventSettings = {
  /** Writes by API with the contacts-sync token are called back, too; the platform does not. */
  apiWritesEmitEvents: z.boolean(),
  /** (?) Self-built apps with an address get `change_contact`, too. */
  appsHearOfContacts: z.boolean(),
  /** (?) Events of departments: everything that changed, or ids alone. */
  partyEvents: z.enum(['full', 'ids']),
  /** Milliseconds between a change and the first try, drawn from [least, most]: unequal ones change the order. */
  eventDelayMs: span,
  /** Shares (0 … 1) of events that are sent twice, or never. */
  eventDuplicates: z.number().min(0).max(1),
  eventLosses: z.number().min(0).max(1),
  eventTimeoutMs: positive,
  /** Waits before the further tries: two of them make three tries. (?) The platform's waits are not published. */
  eventPausesMs: z.array(natural),
  /** Deliveries under way at once. */
  eventsAtOnce: positive,
  verificationTimeoutMs: positive,
  /** (?) AgentID in what contacts-sync is posted. */
  contactsAgentId: z.enum(['absent', 'empty']),
  /** Sends `+` of the echo text as it is, not as `%2B`. */
  echoPlusRaw: z.boolean(),
};

/** Behaviour of the platform that a test may switch while the simulator runs. `(?)` = not confirmed by the sheet. */
export const settingsSchema = z.strictObject({
  ...limitSettings,
  ...ruleSettings,
  ...corpSettings,
  ...eventSettings,
});

export type Settings = z.infer<typeof settingsSchema>;

const MINUTE = 60_000;
const HOUR = 3_600_000;

export const DEFAULT_SETTINGS: Settings = {
  corpLimits: [
    { calls: 10_000, windowMs: MINUTE },
    { calls: 150_000, windowMs: HOUR },
  ],
  ipLimits: [
    { calls: 20_000, windowMs: MINUTE },
    { calls: 600_000, windowMs: HOUR },
  ],
  concurrency: null,
  wrongSecrets: { failures: 2000, blockMs: HOUR },
  debugPerMinute: 5,
  wrongLookupShare: 0.2,
  accountCap: null,
  maxDepartments: 30_000,
  maxNodesPerDepartment: 30_000,
  maxLevels: 15,
  maxListRows: null,
  departmentName: { most: 64, unit: 'chars' },
  departmentCharactersCode: 60009,
  aliasMost: 64,
  departmentsPerMember: 100,
  directLeaders: 1,
  placement: 'system',
  unknownDepartment: 'create',
  emptyTextClears: true,
  refuseUnicodeEscapes: true,
  postByGetCode: 40063,
  rootParentId: 0,
  unknownDepartmentCode: 60003,
  outOfRangeUserCode: 60111,
  outOfRangeDepartmentCode: 60011,
  appWriteCode: 48002,
  disabledAppCode: 40001,
  wrongSecretCode: 40001,
  repeatedExpiresIn: 'remaining',
  ipCheckOnGettoken: false,
  leftMembers: 'gone',
  thumbAvatarRestricted: true,
  usedCodeCode: 40029,
  expiredCodeCode: 40029,
  foreignCodeCode: 50001,
  customAttributes: [
    { name: '工号', type: 0 },
    { name: '工位', type: 0 },
    { name: '班次', type: 0 },
    { name: '主页', type: 1 },
  ],
  corpMailDomain: null,
  certifiedNames: [],
  corpBanned: false,
  legacyExtras: false,
  errorHeaders: true,
  visibilityDelayMs: [0, 0],
  trustedIpDelayMs: 0,
  rangeDelayMs: 0,
  batchChecks: 'request',
  batchJobMs: 0,
  clientIp: null,
  latencyMs: 0,
  latencyJitterMs: 0,
  apiWritesEmitEvents: false,
  appsHearOfContacts: false,
  partyEvents: 'full',
  eventDelayMs: [0, 0],
  eventDuplicates: 0,
  eventLosses: 0,
  eventTimeoutMs: 5000,
  eventPausesMs: [0, 0],
  eventsAtOnce: 4,
  verificationTimeoutMs: 1000,
  contactsAgentId: 'absent',
  echoPlusRaw: false,
};

/** Settings with every limit off, for benchmarks of the caller. */
export const NO_LIMITS: Partial<Settings> = {
  corpLimits: [],
  ipLimits: [],
  concurrency: null,
  wrongSecrets: null,
  wrongLookupShare: null,
};

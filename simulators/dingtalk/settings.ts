import { z } from 'zod';

/** Behaviour of the platform that a test may switch while the simulator runs. `(?)` = open point of the sheet, §14. */
export const settingsSchema = z.strictObject({
  /** Calls per second per app × API, in a strict sliding window; `null` = no limit. */
  qpsPerApp: z.int().positive().nullable(),
  /** How long an app × API is refused after it went over, milliseconds. */
  penaltyMs: z.int().nonnegative(),
  /** Calls per second over all apps, by path; answers 90002. */
  platformQps: z.record(z.string(), z.int().positive()),
  /** Refuses this share (0…1) of calls with 90002 during the first seconds of every hour; `null` = off. */
  fullHour: z.strictObject({ seconds: z.int().positive(), share: z.number().min(0).max(1) }).nullable(),
  /** Prints 处罚将在 instead of 限制将在. */
  olderThrottleText: z.boolean(),
  /** All APIs of one address; punished addresses get a body without any code. `null` = no limit. */
  ipLimit: z
    .strictObject({
      calls: z.int().positive(),
      windowMs: z.int().positive(),
      punishMs: z.int().positive(),
      body: z.enum(['json', 'html']),
    })
    .nullable(),
  /** Calls per calendar month (Beijing time) of the whole company; `null` = unlimited edition. */
  monthlyQuota: z.int().nonnegative().nullable(),
  /** Contact calls do not count towards the quota. */
  contactsExemptFromQuota: z.boolean(),

  /** (?) 1 */
  expiredTokenCode: z.union([z.literal(40014), z.literal(42001)]),
  /** (?) 2 */
  oneTokenForBothHosts: z.boolean(),
  /** (?) 3 */
  ipListOnTokenEndpoints: z.boolean(),
  /** (?) 5: `false` refuses with 60006. */
  deleteCascades: z.boolean(),
  /** (?) 6 */
  duplicateDepartmentCode: z.union([z.literal(60021), z.literal(60008)]),
  /** (?) 7 */
  maxPageSize: z.int().positive(),
  oversizePageCode: z.union([z.literal(40069), z.literal(40035)]),
  /** (?) 8 */
  listsubOrder: z.enum(['order', 'id', 'reverse']),
  /** (?) 9: `false` adds to the memberships instead. */
  membershipsReplaced: z.boolean(),
  /** (?) 12: people directly in one department; `null` = unlimited. */
  departmentMemberCap: z.int().positive().nullable(),
  /** (?) What a number answers that somebody in the corp has already. */
  takenMobileCode: z.union([z.literal(60104), z.literal(60107)]),
  /** (?) A new person with neither phone nor mail. */
  missingContactCode: z.union([z.literal(60118), z.literal(60113), z.literal(40035)]),
  /**
   * (?) `mobile` in an update: of an activated person it is refused, of nobody's person it is taken, it is passed
   * over (the page does not offer it), or taken always.
   */
  mobileUpdate: z.enum(['refusedWhenActive', 'refused', 'ignored', 'allowed']),
  /** (?) */
  mobileLockedCode: z.union([z.literal(40022), z.literal(41054)]),
  /** (?) An update without `extension` and without append mode clears every custom field. */
  extensionClearedWhenAbsent: z.boolean(),
  /** (?) An empty text in an update empties the field; `false` passes it over. */
  emptyTextClears: z.boolean(),
  /** (?) Whoever accepts an invitation gets the userid that was asked for. */
  invitedKeepsUserid: z.boolean(),
  /** The corp is registered abroad: mainland numbers are taken with +86- only. */
  registeredAbroad: z.boolean(),
  /** Custom fields that exist in the console; others are 60122. `null` = any. */
  customFields: z.array(z.string()).nullable(),
  /** SmartHR manages positions: titles and departments of people cannot be changed (12150). */
  positionsManaged: z.boolean(),
  /** Head-count cap: from here on nobody is created; -1, or the codes of an unverified team. `null` = none. */
  headCap: z
    .strictObject({
      people: z.int().nonnegative(),
      code: z.union([z.literal(-1), z.literal(40020), z.literal(40024)]),
    })
    .nullable(),
  /** Words that names must not contain: 60022. */
  forbiddenWords: z.array(z.string()),
  /** (?) 13 */
  unknownDepartmentCode: z.union([z.literal(60003), z.literal(60019)]),
  /** (?) 16: a change shows in reads after this many milliseconds, drawn from [least, most]. */
  visibilityDelayMs: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  /** (?) Searches of the new family respect the visible range. */
  searchIsRangeLimited: z.boolean(),

  /** Pauses before the repetitions of a push that failed; behind the last one it is on the list of failed pushes. */
  eventPausesMs: z.array(z.int().nonnegative()),
  /** Milliseconds until a push that was not answered has failed. */
  eventTimeoutMs: z.int().positive(),
  /** A failed push can be read after this many milliseconds, drawn from [least, most]. */
  failedListDelayMs: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  failedListPage: z.int().positive(),
  /** Spelling of the plain text of pushes. */
  eventForm: z.enum(['classic', 'current']),
  /** Names of the parameter that holds the signature. */
  signatureNames: z.enum(['both', 'msg_signature', 'signature']),
  /** Shares (0…1) of events that never arrive, or arrive twice. */
  eventLosses: z.number().min(0).max(1),
  eventDuplicates: z.number().min(0).max(1),
  /** An event is sent after this many milliseconds, drawn from [least, most]; it may overtake others. */
  eventDelayMs: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  /** Frames of long connections come without contents (20001). */
  eventQuotaUsedUp: z.boolean(),
  streamTicketMs: z.int().positive(),
  /** (?) 11: an event that was not taken is sent again after this time, so many times in all. */
  streamRetryMs: z.int().nonnegative(),
  streamAttempts: z.int().positive(),
  /** Silence after which a connection that was called off is ended. */
  streamFarewellMs: z.int().nonnegative(),

  /** The corp has 家校通讯录: departments -7 and -1 show up and cannot be read. */
  education: z.boolean(),
  /** SmartHR is open. */
  hrmOpen: z.boolean(),
  /** Added to `user/count`, to make the platform's own count disagree with its lists. */
  countOffset: z.int(),
  /** Address the platform sees instead of the socket's; `null` = the socket's. */
  clientIp: z.string().nullable(),
  /** Every answer is held back this long, milliseconds. */
  latencyMs: z.number().nonnegative(),
  latencyJitterMs: z.number().nonnegative(),
});

export type Settings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: Settings = {
  qpsPerApp: 20,
  penaltyMs: 1000,
  platformQps: {},
  fullHour: null,
  olderThrottleText: false,
  ipLimit: { calls: 10_000, windowMs: 20_000, punishMs: 300_000, body: 'json' },
  monthlyQuota: 5000,
  contactsExemptFromQuota: true,
  expiredTokenCode: 40014,
  oneTokenForBothHosts: true,
  ipListOnTokenEndpoints: false,
  deleteCascades: true,
  duplicateDepartmentCode: 60021,
  maxPageSize: 100,
  oversizePageCode: 40069,
  listsubOrder: 'order',
  membershipsReplaced: true,
  departmentMemberCap: null,
  takenMobileCode: 60104,
  missingContactCode: 60118,
  mobileUpdate: 'refusedWhenActive',
  mobileLockedCode: 40022,
  extensionClearedWhenAbsent: true,
  emptyTextClears: true,
  invitedKeepsUserid: true,
  registeredAbroad: false,
  customFields: null,
  positionsManaged: false,
  headCap: null,
  forbiddenWords: [],
  unknownDepartmentCode: 60003,
  visibilityDelayMs: [0, 0],
  searchIsRangeLimited: true,
  eventPausesMs: [10_000, 30_000],
  eventTimeoutMs: 2500,
  failedListDelayMs: [180_000, 300_000],
  failedListPage: 200,
  eventForm: 'current',
  signatureNames: 'both',
  eventLosses: 0,
  eventDuplicates: 0,
  eventDelayMs: [0, 0],
  eventQuotaUsedUp: false,
  streamTicketMs: 90_000,
  streamRetryMs: 60_000,
  streamAttempts: 5,
  streamFarewellMs: 10_000,
  education: false,
  hrmOpen: true,
  countOffset: 0,
  clientIp: null,
  latencyMs: 0,
  latencyJitterMs: 0,
};

/** Settings with every limit off, for benchmarks of the caller. */
export const NO_LIMITS: Partial<Settings> = { qpsPerApp: null, ipLimit: null, monthlyQuota: null };

import type { Text } from '../../domain/index.ts';

export const PUSH_STANDINGS = [
  'IN_SYNC',
  'CHANGES_PENDING',
  'HELD',
  'BLOCKED',
  'INVITED',
  'QUARANTINED',
  'TO_BE_CREATED',
  'NOT_ACTIVE',
  'EXCLUDED',
  'OUT_OF_SCOPE',
  'LEAVER_KEPT',
  'OUT_OF_SCOPE_KEPT',
  'NO_PLAN',
] as const;
/** How an account stands on a platform, in one word. */
export type PushStanding = (typeof PUSH_STANDINGS)[number];

/** Every sentence by its code, so that a code without sentence does not compile. */
export const STANDING_TEXTS: Readonly<Record<PushStanding, Text>> = {
  IN_SYNC: {
    zh: '已在平台上，且与花名册一致。',
    en: 'The person is on the platform, as the roster says.',
  },
  CHANGES_PENDING: {
    zh: '已在平台上；下一次推送会带来以下变更。',
    en: 'The person is on the platform; the next push brings what is listed.',
  },
  HELD: {
    zh: '有操作等待人工放行或拒绝。',
    en: 'There is something to do that waits for a person to release or reject it.',
  },
  BLOCKED: {
    zh: '有操作因所列问题而不能执行。',
    en: 'There is something to do that the listed issues stand in the way of.',
  },
  INVITED: {
    zh: '已邀请，本人尚未同意加入。',
    en: 'The person was invited and has not agreed yet.',
  },
  QUARANTINED: {
    zh: '多次同样失败后已隔离，修正原因并解除隔离后才会继续。',
    en: 'It failed in the same way too often: nothing is sent until the cause is mended and it is released.',
  },
  TO_BE_CREATED: {
    zh: '尚不在平台上；下一次推送会新建或关联。',
    en: 'The person is not on the platform yet; the next push makes or links them.',
  },
  NOT_ACTIVE: {
    zh: '账号未启用，不会推送到平台。',
    en: 'The account is not active: it is not pushed.',
  },
  EXCLUDED: {
    zh: '推送规则 scope.excludeAccountIds 排除了此账号。',
    en: 'The push rule scope.excludeAccountIds excludes the account.',
  },
  OUT_OF_SCOPE: {
    zh: '不在推送规则 scope 的范围内。',
    en: 'The account is outside of the scope of the push rules.',
  },
  LEAVER_KEPT: {
    zh: '账号未启用或已被排除，但推送规则 leaver.action 让此人留在平台上，权限不变。',
    en: 'The account is not active or excluded, and the push rule leaver.action leaves the person on the platform, with access.',
  },
  OUT_OF_SCOPE_KEPT: {
    zh: '已在平台上但不在推送范围内，推送规则 outOfScope 保持其原样，不再更新。',
    en: 'The person is on the platform and outside of the scope; the push rule outOfScope leaves them there as they are.',
  },
  NO_PLAN: {
    zh: '目前无法生成计划：{reason}',
    en: 'No plan can be made right now: {reason}',
  },
};

export const PUSH_OBSTACLES = [
  'CONNECTION_DISABLED',
  'CONNECTION_READ_ONLY',
  'CONNECTION_QUARANTINED',
  'REMOTE_INCOMPLETE',
  'COPY_GONE',
  'PLATFORM_UNIT_MISSING',
] as const;
/** What else keeps the platform from following the roster. */
export type PushObstacle = (typeof PUSH_OBSTACLES)[number];

export const OBSTACLE_TEXTS: Readonly<Record<PushObstacle, Text>> = {
  CONNECTION_DISABLED: { zh: '连接未启用。', en: 'The connection is disabled.' },
  CONNECTION_READ_ONLY: {
    zh: '连接为只读，拒绝一切写入。',
    en: 'The connection is read-only: every write is refused.',
  },
  CONNECTION_QUARANTINED: {
    zh: '连接已隔离，每小时自动探测。',
    en: 'The connection is in quarantine and probed every hour.',
  },
  REMOTE_INCOMPLETE: {
    zh: '尚无完整的拉取：新建和删除须人工确认。',
    en: 'There is no complete pull yet: creates and deletes are held.',
  },
  COPY_GONE: {
    zh: '上次完整拉取时，已关联的人员不在平台上。',
    en: 'The linked person was not found by the last complete pull.',
  },
  PLATFORM_UNIT_MISSING: {
    zh: '所属部门尚未推送到平台。',
    en: 'A unit of the account is not on the platform yet.',
  },
};

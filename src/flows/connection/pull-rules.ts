import { z } from 'zod';
import {
  AppError,
  DEFAULT_PULL_RULES,
  EVENT_POLICIES,
  FIELD_MASTERS,
  isId,
  type OrgUnitId,
  type PullRules,
  USER_NAME_SOURCES,
} from '../../domain/index.ts';
import { cleanText } from '../../planner/normalise.ts';

/** Most minutes between two timed pulls: a week. */
const LONGEST_INTERVAL = 7 * 24 * 60;

const orgUnitId = z.custom<OrgUnitId>((value) => typeof value === 'string' && isId(value));

const matchKey = z.strictObject({
  remoteField: z.enum(['externalId', 'mobile', 'email', 'jobNumber', 'name']),
  rosterField: z.enum(['userName', 'mobile', 'email', 'jobNumber', 'displayName']),
  foldCase: z.boolean(),
});

const schema = z.strictObject({
  startOrgUnitExternalIds: z.array(z.string().transform(cleanText).pipe(z.string().min(1).max(256))).max(200),
  targetOrgUnitId: orgUnitId.nullable(),
  emailField: z.enum(['personal', 'company']),
  matchKeys: z.array(matchKey).max(10),
  userNameSource: z.enum(USER_NAME_SOURCES),
  requireMobile: z.boolean(),
  leaverAction: z.enum(['DISABLE', 'NONE']),
  // A guard can be raised, never switched off (field-notes rule 4).
  guard: z.strictObject({ fraction: z.number().gt(0).max(1), count: z.int().min(1).max(1_000_000) }),
  everyMinutes: z.int().min(0).max(LONGEST_INTERVAL),
  // Which fields there are is looked up: attributes are data.
  masters: z.record(z.string(), z.enum(FIELD_MASTERS)),
  events: z.enum(EVENT_POLICIES),
});

/**
 * Pull rules with the given ones over those that stand.
 * @throws AppError INPUT_INVALID naming the rule
 */
export const readPullRules = (
  given: Partial<PullRules> | undefined,
  standing: PullRules = DEFAULT_PULL_RULES,
): PullRules => {
  const result = schema.safeParse({ ...standing, ...given });
  if (result.success) return result.data;
  const [fault] = result.error.issues;
  const path = (fault?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
  throw new AppError('INPUT_INVALID', {
    details: { field: path.join('.'), reason: fault?.message ?? '' },
    path: ['input', 'pullRules', ...path],
  });
};

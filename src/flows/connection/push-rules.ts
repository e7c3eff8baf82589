import { z } from 'zod';
import {
  type AccountId,
  AppError,
  DEFAULT_PUSH_RULES,
  GUARD_KINDS,
  INCREMENTAL_MODES,
  isId,
  OPERATION_SWITCHES,
  type OrgUnitId,
  PUSH_FIELD_MOMENTS,
  type PushRules,
} from '../../domain/index.ts';
import { cleanText } from '../../planner/normalise.ts';

/** Most minutes between two timed pushes: a week. */
const LONGEST_INTERVAL = 7 * 24 * 60;
const LISTED_IDS = 10_000;
const TEMPLATE_LENGTH = 500;

const orgUnitId = z.custom<OrgUnitId>((value) => typeof value === 'string' && isId(value), 'not an id');
const accountId = z.custom<AccountId>((value) => typeof value === 'string' && isId(value), 'not an id');
const externalId = z.string().transform(cleanText).pipe(z.string().min(1).max(256));
const template = z.string().min(1).max(TEMPLATE_LENGTH);

const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ATTRIBUTE'), name: z.string().min(1).max(64) }),
  z.strictObject({ kind: z.literal('CONSTANT'), value: z.string().max(TEMPLATE_LENGTH) }),
  z.strictObject({ kind: z.literal('TEMPLATE'), template }),
]);

const fieldRule = z
  .strictObject({
    field: z.string().min(1).max(64),
    source: source.nullable(),
    when: z.enum(PUSH_FIELD_MOMENTS),
  })
  .refine(
    ({ source: from, when }) => from !== null || when === 'NEVER' || when === 'CLEAR',
    'a source is needed',
  );

/** A guard can be raised, never switched off (field-notes rule 4): half of everything is the most that may pass. */
const guard = z.strictObject({
  fraction: z.number().gt(0).max(0.5),
  count: z.int().min(1).max(1_000_000),
});

const schema = z.strictObject({
  rootOrgUnitId: orgUnitId.nullable(),
  topOrgUnitExternalId: externalId.nullable(),
  scope: z.strictObject({
    orgUnitIds: z.array(orgUnitId).max(LISTED_IDS),
    includeAccountIds: z.array(accountId).max(LISTED_IDS),
    excludeAccountIds: z.array(accountId).max(LISTED_IDS),
  }),
  outOfScope: z.enum(['REMOVE', 'KEEP']),
  secondaryMemberships: z.boolean(),
  membershipOwnership: z.enum(['REPLACE', 'UNION']),
  fields: z
    .array(fieldRule)
    .max(100)
    .refine(
      (rules) => new Set(rules.map(({ field }) => field)).size === rules.length,
      'a field occurs twice',
    ),
  externalIdTemplate: template.nullable(),
  leaver: z.strictObject({
    action: z.enum(['DISABLE', 'DELETE', 'NONE']),
    deleteAfterDays: z.int().min(1).max(3650).nullable(),
    parkOrgUnitExternalId: externalId.nullable(),
  }),
  operations: z.strictObject(
    Object.fromEntries(OPERATION_SWITCHES.map((name) => [name, z.boolean()])) as {
      [Name in (typeof OPERATION_SWITCHES)[number]]: z.ZodBoolean;
    },
  ),
  protectedAccountIds: z.array(accountId).max(LISTED_IDS),
  protectedOrgUnitIds: z.array(orgUnitId).max(LISTED_IDS),
  pushOrder: z.boolean(),
  guards: z.strictObject(
    Object.fromEntries(GUARD_KINDS.map((kind) => [kind, guard])) as {
      [Kind in (typeof GUARD_KINDS)[number]]: typeof guard;
    },
  ),
  shrink: guard,
  approval: z.strictObject({ secondApprover: z.boolean(), validHours: z.int().min(1).max(720) }),
  incremental: z.enum(INCREMENTAL_MODES),
  everyMinutes: z.int().min(0).max(LONGEST_INTERVAL),
});

/** Push rules to change; what is absent stays, also inside of the grouped ones. */
export type PushRulesInput = {
  readonly [Name in keyof PushRules]?: PushRules[Name] extends readonly unknown[]
    ? PushRules[Name]
    : PushRules[Name] extends object
      ? Partial<PushRules[Name]>
      : PushRules[Name];
};

const GROUPS = ['scope', 'leaver', 'operations', 'guards', 'approval'] as const;

const over = (standing: PushRules, given: PushRulesInput): Record<string, unknown> => {
  const merged: Record<string, unknown> = { ...standing, ...given };
  for (const group of GROUPS) merged[group] = { ...standing[group], ...given[group] };
  merged['shrink'] = { ...standing.shrink, ...given.shrink };
  return merged;
};

/**
 * Push rules with the given ones over those that stand.
 * @throws AppError PUSH_RULES_INVALID naming the rule
 */
export const readPushRules = (
  given: PushRulesInput | undefined,
  standing: PushRules = DEFAULT_PUSH_RULES,
): PushRules => {
  const result = schema.safeParse(over(standing, given ?? {}));
  if (result.success) return result.data;
  const [fault] = result.error.issues;
  const path = (fault?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
  throw new AppError('PUSH_RULES_INVALID', {
    details: { field: path.join('.'), reason: fault?.message ?? '' },
    path: ['input', 'pushRules', ...path],
  });
};

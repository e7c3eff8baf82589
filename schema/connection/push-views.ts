import {
  GUARD_KINDS,
  type MatchKey,
  type PushFieldSource,
  type PushRules,
  type TargetCapabilities,
  type TextRule,
} from '../../src/domain/index.ts';
import type { readPushStates } from '../../src/flows/connection/read-push-states.ts';
import { failureOf } from '../failure.type.ts';

/** A source as three fields of which one is filled at most. */
const sourceView = (source: PushFieldSource | null) => ({
  attribute: source?.kind === 'ATTRIBUTE' ? source.name : null,
  constant: source?.kind === 'CONSTANT' ? source.value : null,
  template: source?.kind === 'TEMPLATE' ? source.template : null,
});

/** Push rules in the shape of the API; the matching keys are those of the connection (row W-DD-40). */
export const pushRulesView = (rules: PushRules, matchKeys: readonly MatchKey[]) => ({
  ...rules,
  matchKeys,
  fields: rules.fields.map(({ field, when, source }) => ({ field, when, ...sourceView(source) })),
  guards: GUARD_KINDS.map((kind) => ({ kind, ...rules.guards[kind] })),
});

const textRuleView = (rule: TextRule) => ({
  maxLength: rule.maxLength,
  unit: rule.unit ?? 'codePoints',
  pattern: rule.pattern?.source ?? null,
  patternText: rule.pattern?.message ?? null,
});

export const targetView = (target: TargetCapabilities | null) =>
  target === null
    ? null
    : {
        ...target,
        operations: [...target.operations],
        orgUnitName: textRuleView(target.orgUnitName),
        accountIdMode: target.accountIds.mode,
        accountId: textRuleView(target.accountIds.rule),
        fields: target.fields.map(({ rule, source, ...field }) => ({
          ...field,
          rule: textRuleView(rule),
          ...sourceView(source),
        })),
      };

type PushStateRow = NonNullable<Awaited<ReturnType<typeof readPushStates>>[number]>;

export const pushStateView = (row: PushStateRow) => ({
  ...row,
  reason: failureOf(row.quarantineCode, row.quarantineDetails),
  quarantinedObjects: row.quarantinedObjects.map((one) => ({ ...one, error: failureOf(one.code, null) })),
});

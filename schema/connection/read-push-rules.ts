import { AppError, type GuardRule, type MatchKey, type PushFieldSource } from '../../src/domain/index.ts';
import type { PushRulesInput as PushRulesGiven } from '../../src/flows/connection/push-rules.ts';
import type { MatchKeyInput } from './match-key.input.ts';
import type { PushFieldRuleInput, PushGuardInput, PushRulesInput } from './push-rules.inputs.ts';

/** What was given; what is absent stays. Nulls are left to the flow, which knows where they mean something. */
const given = (input: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));

const invalid = (path: readonly (string | number)[], reason: string): AppError =>
  new AppError('PUSH_RULES_INVALID', {
    details: { field: path.join('.'), reason },
    path: ['input', 'pushRules', ...path],
  });

/** A field comes from at most one thing. @throws AppError PUSH_RULES_INVALID */
const readSource = (rule: PushFieldRuleInput, at: number): PushFieldSource | null => {
  const { attribute, constant, template } = rule;
  const sources: PushFieldSource[] = [];
  if (attribute != null) sources.push({ kind: 'ATTRIBUTE', name: attribute });
  if (constant != null) sources.push({ kind: 'CONSTANT', value: constant });
  if (template != null) sources.push({ kind: 'TEMPLATE', template });
  if (sources.length > 1) {
    throw invalid(['fields', at], 'attribute, constant and template exclude each other');
  }
  return sources[0] ?? null;
};

const readGuards = (guards: readonly PushGuardInput[]): Record<string, GuardRule> => {
  const read: Record<string, GuardRule> = {};
  for (const [at, { kind, fraction, count }] of guards.entries()) {
    if (read[kind] !== undefined) throw invalid(['guards', at, 'kind'], 'a kind occurs twice');
    read[kind] = { fraction, count };
  }
  return read;
};

const GROUPS = ['scope', 'leaver', 'operations', 'shrink', 'approval'] as const;

/** Push rules as flows are told them. @throws AppError PUSH_RULES_INVALID */
export const readPushRulesInput = (input: PushRulesInput): PushRulesGiven => {
  const { matchKeys: _elsewhere, fields, guards, ...rest } = input;
  const read = given(rest);
  for (const group of GROUPS) {
    const value = rest[group];
    if (value === null) delete read[group];
    else if (value !== undefined) read[group] = given(value);
  }
  if (fields != null) {
    read['fields'] = fields.map((rule, at) => ({
      field: rule.field,
      when: rule.when,
      source: readSource(rule, at),
    }));
  }
  if (guards != null) read['guards'] = readGuards(guards);
  // Checked by the flow, value by value.
  return read as PushRulesGiven;
};

const SOURCE_FIELDS: Readonly<Record<string, string>> = {
  name: 'attribute',
  value: 'constant',
  template: 'template',
};

/** What flows call `source` is three fields of the input. */
const inputPath = (path: readonly (string | number)[]): readonly (string | number)[] =>
  path.flatMap((part, at) => {
    if (part === 'source') return [];
    return [path[at - 1] === 'source' ? (SOURCE_FIELDS[part] ?? part) : part];
  });

/** A refusal of push rules with its place in the input of the API. */
export const inInputTerms = (error: unknown): unknown => {
  if (!(error instanceof AppError) || error.code !== 'PUSH_RULES_INVALID' || error.path === undefined)
    return error;
  const path = inputPath(error.path);
  const details = { ...error.details, field: path.slice(2).join('.') };
  return new AppError(error.code, { details, path, cause: error });
};

/** The three places where the one setting of matching keys may be given (row W-DD-40). */
interface MatchKeyPlaces {
  readonly matchKeys?: MatchKeyInput[] | null;
  readonly pullRules?: { readonly matchKeys?: MatchKeyInput[] | null } | null;
  readonly pushRules?: { readonly matchKeys?: MatchKeyInput[] | null } | null;
}

const textOf = (keys: readonly MatchKey[]): string =>
  JSON.stringify(keys.map(({ remoteField, rosterField, foldCase }) => [remoteField, rosterField, foldCase]));

/**
 * The matching keys that an input gives, wherever it does; undefined when it gives none.
 * @throws AppError INPUT_INVALID when it gives two different ones
 */
export const readMatchKeys = (input: MatchKeyPlaces): readonly MatchKey[] | undefined => {
  const places = [
    [['matchKeys'], input.matchKeys],
    [['pullRules', 'matchKeys'], input.pullRules?.matchKeys],
    [['pushRules', 'matchKeys'], input.pushRules?.matchKeys],
  ] as const;
  const [first, ...others] = places.flatMap(([path, keys]) => (keys == null ? [] : [{ path, keys }]));
  if (first === undefined) return undefined;
  for (const { path, keys } of others) {
    if (textOf(keys) === textOf(first.keys)) continue;
    throw new AppError('INPUT_INVALID', {
      details: {
        field: path.join('.'),
        reason: `it is one setting with ${first.path.join('.')}, and that says something else`,
        reasonZh: `它与 ${first.path.join('.')} 是同一设置，而两处的值不同`,
      },
      path: ['input', ...path],
    });
  }
  return first.keys.map(({ remoteField, rosterField, foldCase }) => ({ remoteField, rosterField, foldCase }));
};

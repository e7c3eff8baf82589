import {
  AppError,
  type Connection,
  type ConnectionId,
  DEFAULT_PULL_RULES,
  type PushFieldRule,
  type PushRules,
  type TargetCapabilities,
  type TargetField,
  type Text,
} from '../../domain/index.ts';
import { isAccountField } from '../../planner/push/field-values.ts';
import { checkTemplate } from '../../planner/push/template.ts';
import type { Platform } from '../../ports/platform.ts';
import { readDefinitions } from '../../store/queries/import-facts.ts';
import { missingExternalUnits, missingIds } from '../../store/queries/push-scope.ts';
import type { Tx } from '../../store/transaction.ts';

type Path = readonly (string | number)[];

const refusal = (path: Path, reason: Text): AppError =>
  new AppError('PUSH_RULES_INVALID', {
    details: { field: path.join('.'), reason: reason.en, reasonZh: reason.zh },
    path: ['input', 'pushRules', ...path],
  });

const unknownName = (name: string): Text => ({
  zh: `没有字段“${name}”`,
  en: `there is no field "${name}"`,
});

const requireTemplate = (text: string, path: Path, isField: (name: string) => boolean): void => {
  const fault = checkTemplate(text, isField);
  if (fault === null) return;
  throw refusal(path, {
    zh: `第 ${fault.at + 1} 个字符处：${fault.message.zh}`,
    en: `at character ${fault.at + 1}: ${fault.message.en}`,
  });
};

const requireSource = (rule: PushFieldRule, path: Path, isField: (name: string) => boolean): void => {
  const { source } = rule;
  if (source?.kind === 'TEMPLATE') requireTemplate(source.template, [...path, 'source', 'template'], isField);
  if (source?.kind === 'ATTRIBUTE' && !isField(source.name)) {
    throw refusal([...path, 'source', 'name'], unknownName(source.name));
  }
};

const requireMoment = (rule: PushFieldRule, field: TargetField, path: Path): void => {
  if (rule.when !== 'CLEAR') return;
  if (!field.clearable || field.required) {
    throw refusal([...path, 'when'], {
      zh: '平台不允许清空该字段',
      en: 'the platform does not let this field be empty',
    });
  }
};

const requireFields = (
  rules: PushRules,
  capabilities: TargetCapabilities,
  isField: (name: string) => boolean,
): void => {
  const fields = new Map(capabilities.fields.map((field) => [field.name, field]));
  for (const [i, rule] of rules.fields.entries()) {
    const path = ['fields', i];
    const field = fields.get(rule.field);
    if (field === undefined) throw refusal([...path, 'field'], unknownName(rule.field));
    requireSource(rule, path, isField);
    requireMoment(rule, field, path);
  }
};

const requireId = (
  rules: PushRules,
  capabilities: TargetCapabilities,
  isField: (name: string) => boolean,
): void => {
  if (rules.externalIdTemplate === null) return;
  if (capabilities.accountIds.mode !== 'CHOSEN') {
    throw refusal(['externalIdTemplate'], {
      zh: '平台自行生成人员标识',
      en: 'the platform makes the ids of people itself',
    });
  }
  requireTemplate(rules.externalIdTemplate, ['externalIdTemplate'], isField);
};

/** Ids of the roster by the rule that names them. */
const requireRosterObjects = async (tx: Tx, rules: PushRules): Promise<void> => {
  const { scope } = rules;
  const named = [
    [['rootOrgUnitId'], { orgUnitIds: rules.rootOrgUnitId === null ? [] : [rules.rootOrgUnitId] }],
    [['scope', 'orgUnitIds'], { orgUnitIds: scope.orgUnitIds }],
    [['scope', 'includeAccountIds'], { accountIds: scope.includeAccountIds }],
    [['scope', 'excludeAccountIds'], { accountIds: scope.excludeAccountIds }],
    [['protectedOrgUnitIds'], { orgUnitIds: rules.protectedOrgUnitIds }],
    [['protectedAccountIds'], { accountIds: rules.protectedAccountIds }],
  ] as const;
  for (const [path, ids] of named) {
    const [missing] = await missingIds(tx, ids);
    if (missing === undefined) continue;
    throw refusal(path, {
      zh: `花名册中没有 ${missing.id}`,
      en: `there is no ${missing.type} ${missing.id} in the roster`,
    });
  }
};

/** Units of the platform must be among what was pulled; of a connection that was never pulled nobody knows them. */
const requirePlatformUnits = async (tx: Tx, rules: PushRules, connectionId: ConnectionId): Promise<void> => {
  const named = [
    [['topOrgUnitExternalId'], rules.topOrgUnitExternalId],
    [['leaver', 'parkOrgUnitExternalId'], rules.leaver.parkOrgUnitExternalId],
  ] as const;
  for (const [path, externalId] of named) {
    if (externalId === null) continue;
    const [missing] = await missingExternalUnits(tx, connectionId, [externalId]);
    if (missing === undefined) continue;
    throw refusal(path, {
      zh: `上次拉取的部门中没有 ${missing}`,
      en: `the last pull has brought no unit ${missing}`,
    });
  }
};

/** What push rules are held against. */
export interface RulesPlace {
  readonly connectionId: ConnectionId;
  readonly platform: Platform;
  /** As they are going to be saved. */
  readonly settings: Connection['settings'];
}

/** What the platform takes depends on its settings alone: neither secrets nor the rest of a connection. */
const capabilitiesOf = (tx: Tx, rules: PushRules, place: RulesPlace): TargetCapabilities | null =>
  place.platform.directoryTarget?.capabilities({
    id: place.connectionId,
    tenantId: tx.context.tenantId,
    platform: place.platform.name,
    name: '',
    enabled: false,
    mode: 'READ_ONLY',
    settings: place.settings,
    allowPrivateNetwork: false,
    pullRules: DEFAULT_PULL_RULES,
    pushRules: rules,
    version: 0,
  }) ?? null;

/**
 * Holds push rules against what the platform can take, and against what there is: fields, templates, positions, units
 * and people. Of a platform that nothing can be pushed to, nothing is asked.
 * @throws AppError PUSH_RULES_INVALID naming the rule, INPUT_INVALID for a malformed setting
 */
export const checkPushRules = async (tx: Tx, rules: PushRules, place: RulesPlace): Promise<void> => {
  const capabilities = capabilitiesOf(tx, rules, place);
  if (capabilities === null) return;
  const definitions = new Set((await readDefinitions(tx, 'ACCOUNT')).map(({ name }) => name));
  const isField = (name: string): boolean => isAccountField(name) || definitions.has(name);
  requireFields(rules, capabilities, isField);
  requireId(rules, capabilities, isField);
  if (rules.pushOrder && !capabilities.orders) {
    throw refusal(['pushOrder'], { zh: '平台不支持写入排序', en: 'the platform takes no positions' });
  }
  await requireRosterObjects(tx, rules);
  await requirePlatformUnits(tx, rules, place.connectionId);
};

import type { PushFieldSource, PushRules } from '../../domain/index.ts';
import { readTemplate } from '../../planner/push/template.ts';
import type { FlowContext } from '../context.ts';
import { hiddenAttributes } from '../roster/hidden-attributes.ts';

/** What of a plan's rows the caller may not see. */
export interface HiddenFields {
  /** Names of the platform's fields. */
  readonly fields: ReadonlySet<string>;
  /** The platform ids of new people are made of something that the caller may not see. */
  readonly externalIds: boolean;
}

const NOTHING: HiddenFields = { fields: new Set(), externalIds: false };

const fieldsOfTemplate = (text: string): readonly string[] => {
  const read = readTemplate(text);
  if ('fault' in read) return [];
  return read.template.flatMap((part) => (typeof part === 'string' ? [] : [part.field]));
};

const attributesOf = (source: PushFieldSource | null): readonly string[] => {
  if (source === null || source.kind === 'CONSTANT') return [];
  return source.kind === 'ATTRIBUTE' ? [source.name] : fieldsOfTemplate(source.template);
};

/** Custom attributes may be named with their place. */
const plainName = (name: string): string => name.replace(/^attributes\./, '');

/**
 * The platform's fields that a plan fills from attributes which the caller may not see, and those that bear the name
 * of one: a copy keeps what would fill a hidden attribute under that name. A platform's own defaults name no custom
 * attributes.
 */
export const hiddenPushFields = async (
  context: FlowContext,
  rules: PushRules | null,
): Promise<HiddenFields> => {
  const hidden = await hiddenAttributes(context, 'ACCOUNT', null);
  if (hidden.size === 0) return NOTHING;
  const isHidden = (name: string): boolean => hidden.has(plainName(name));
  const fields = new Set([...hidden].flatMap((name) => [name, `attributes.${name}`]));
  for (const { field, source } of rules?.fields ?? []) {
    if (attributesOf(source).some(isHidden))
      fields.add(field).add(plainName(field)).add(`attributes.${field}`);
  }
  const template = rules?.externalIdTemplate ?? null;
  return { fields, externalIds: template !== null && fieldsOfTemplate(template).some(isHidden) };
};

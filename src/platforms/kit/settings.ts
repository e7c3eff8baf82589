import { AppError, type Connection, type OpenConnection, type Text } from '../../domain/index.ts';
import type { PermissionPoint, SettingField } from '../../ports/platform.ts';
import { cleanText } from './text.ts';

type Words = readonly [zh: string, en: string];

/** One line of a platform's settings table; a plain, optional text unless `more` says otherwise. */
export const setting = <Name extends string>(
  name: Name,
  words: { readonly label: Words; readonly help: Words },
  more: Partial<Omit<SettingField, 'name'>>,
): SettingField & { readonly name: Name } => ({
  name,
  label: { zh: words.label[0], en: words.label[1] },
  help: { zh: words.help[0], en: words.help[1] },
  secret: false,
  required: false,
  kind: 'text',
  ...more,
});

type Told = readonly [labelZh: string, labelEn: string, helpZh: string, helpEn: string];

/** {@link setting} with its words in one list, for tables that are read by the line. */
export const field = <const Name extends string>(
  name: Name,
  [zh, en, helpZh, helpEn]: Told,
  more: Partial<Omit<SettingField, 'name'>> = {},
): SettingField & { readonly name: Name } => setting(name, { label: [zh, en], help: [helpZh, helpEn] }, more);

export const choice = (choices: readonly string[], defaultValue: string) =>
  ({ kind: 'choice', choices, defaultValue }) as const;

/** A whole number from 1 up to `high`. */
export const countUpTo = (high: number, defaultValue: number) =>
  ({ defaultValue: String(defaultValue), check: wholeNumber(1, high) }) as const;

/** One line of a platform's table of permission points. */
export const permissionPoint = (
  point: string,
  neededFor: PermissionPoint['neededFor'],
  label: Words,
): PermissionPoint => ({ point, neededFor, label: { zh: label[0], en: label[1] } });

/** Credentials are printable ASCII; blanks inside come from pasting. */
export const noBlanks = (value: string): Text | null =>
  /^[\x21-\x7e]+$/.test(value)
    ? null
    : { zh: '含有空格或不可见字符', en: 'it contains blanks or hidden characters' };

export const wholeNumber =
  (low: number, high: number) =>
  (value: string): Text | null =>
    /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high
      ? null
      : { zh: `应为 ${low} 到 ${high} 的整数`, en: `it must be a whole number from ${low} to ${high}` };

/** Why an empty value is not acceptable, `null` when it is. */
const missing = (
  { required, requiredWith }: SettingField,
  given: OpenConnection['settings'],
): Text | null => {
  if (required) return { zh: '必填', en: 'it is required' };
  if (requiredWith === undefined || (given[requiredWith.field] ?? '') !== requiredWith.value) return null;
  const { field, value } = requiredWith;
  return { zh: `${field} 为 ${value} 时必填`, en: `it is required with ${field} ${value}` };
};

const refused = (field: SettingField, value: string, given: OpenConnection['settings']): string | null => {
  if (value === '') return missing(field, given)?.en ?? null;
  if (field.choices !== undefined && !field.choices.includes(value))
    return `choose ${field.choices.join(' | ')}`;
  return field.check?.(value)?.en ?? null;
};

/** Those of the settings that are numbers. */
export const numbersOf = <const Name extends string>(
  read: Readonly<Record<Name, string>>,
  ...names: readonly Name[]
): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, Number(read[name])])) as Record<Name, number>;

/** A connection whose secrets may have stayed closed: they read as `''` then, and none is demanded. */
export type ReadableConnection = Connection & { readonly secrets?: OpenConnection['secrets'] };

/**
 * Every setting of the table for that connection, trimmed, with defaults; `''` for what is neither set nor
 * required. Throws `INPUT_INVALID` naming the field.
 */
export const readSettings = <Name extends string>(
  fields: readonly (SettingField & { readonly name: Name })[],
  connection: ReadableConnection,
): Record<Name, string> => {
  const { secrets } = connection;
  const pairs = fields.map((field) => {
    const given = cleanText((field.secret ? secrets : connection.settings)?.[field.name] ?? '');
    return [field.name, given === '' ? (field.defaultValue ?? '') : given] as const;
  });
  const typed = Object.fromEntries(pairs) as Record<Name, string>;
  for (const field of fields) {
    if (field.secret && secrets === undefined) continue;
    const reason = refused(field, typed[field.name], typed);
    if (reason !== null)
      throw new AppError('INPUT_INVALID', {
        details: { field: field.name, reason },
        path: ['settings', field.name],
      });
  }
  return typed;
};

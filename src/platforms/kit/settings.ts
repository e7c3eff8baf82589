import { AppError, type OpenConnection, type Text } from '../../domain/index.ts';
import type { SettingField } from '../../ports/platform.ts';
import { cleanText } from './text.ts';

type Words = readonly [zh: string, en: string];

/** One line of a platform's settings table; a plain, optional text unless `more` says otherwise. */
export const setting = (
  name: string,
  words: { readonly label: Words; readonly help: Words },
  more: Partial<SettingField>,
): SettingField => ({
  name,
  label: { zh: words.label[0], en: words.label[1] },
  help: { zh: words.help[0], en: words.help[1] },
  secret: false,
  required: false,
  kind: 'text',
  ...more,
});

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

const refused = (field: SettingField, value: string): string | null => {
  if (value === '') return field.required ? 'it is required' : null;
  if (field.choices !== undefined && !field.choices.includes(value))
    return `choose ${field.choices.join(' | ')}`;
  return field.check?.(value)?.en ?? null;
};

/**
 * Every setting of the table for that connection, trimmed, with defaults; `''` for what is neither set nor
 * required. Throws `INPUT_INVALID` naming the field.
 */
export const readSettings = <Name extends string>(
  fields: readonly (SettingField & { readonly name: Name })[],
  connection: OpenConnection,
): Record<Name, string> => {
  const values = fields.map((field) => {
    const given = cleanText((field.secret ? connection.secrets : connection.settings)[field.name] ?? '');
    const value = given === '' ? (field.defaultValue ?? '') : given;
    const reason = refused(field, value);
    if (reason !== null)
      throw new AppError('INPUT_INVALID', {
        details: { field: field.name, reason },
        path: ['settings', field.name],
      });
    return [field.name, value] as const;
  });
  return Object.fromEntries(values) as Record<Name, string>;
};

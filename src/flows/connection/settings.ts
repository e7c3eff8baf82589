import { AppError, type Text } from '../../domain/index.ts';
import { cleanText } from '../../planner/normalise.ts';
import type { Platform, SettingField } from '../../ports/platform.ts';

/** Settings as typed: text by name; `null` or blank = empty. Names that are absent keep what is stored. */
export type TypedSettings = Readonly<Record<string, string | null>>;

const refuse = (field: SettingField | { readonly name: string }, reason: Text): AppError =>
  new AppError('INPUT_INVALID', {
    details: { field: field.name, reason: reason.en, reasonZh: reason.zh },
    path: ['input', 'settings', field.name],
  });

/** A pasted credential carries blanks around it and, copied over a line break, within it (row ID-37). */
const trimmed = (field: SettingField, text: string): string =>
  field.secret ? cleanText(text).replaceAll(' ', '') : cleanText(text);

const isUrl = (text: string): boolean => {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
};

const requireLegal = (field: SettingField, value: string): void => {
  const { kind, choices } = field;
  if (kind === 'url' && !isUrl(value)) {
    throw refuse(field, {
      zh: '请填写以 https:// 开头的地址',
      en: 'an address that begins with https:// is needed',
    });
  }
  if (kind === 'choice' && choices !== undefined && !choices.includes(value)) {
    throw refuse(field, {
      zh: `可选值：${choices.join('、')}`,
      en: `one of ${choices.join(', ')} is needed`,
    });
  }
  const fault = field.check?.(value) ?? null;
  if (fault !== null) throw refuse(field, fault);
};

/** Fields that others make necessary stand behind them in the table, so that those are read already. */
const requireGiven = (
  { required, requiredWith, ...field }: SettingField,
  platform: Platform,
  read: Readonly<Record<string, string>>,
): void => {
  if (required) throw refuse(field, { zh: '必填', en: 'it is required' });
  if (requiredWith === undefined) return;
  const { field: name, value } = requiredWith;
  const other = platform.settings.find((one) => one.name === name);
  if ((read[name] ?? other?.defaultValue) !== value) return;
  throw refuse(field, { zh: `${name} 为 ${value} 时必填`, en: `it is required with ${name} ${value}` });
};

export interface ReadSettings {
  readonly settings: Readonly<Record<string, string>>;
  /** Secrets that were typed now, in clear text. */
  readonly typedSecrets: Readonly<Record<string, string>>;
  /** Names of secrets that were emptied now. */
  readonly clearedSecrets: readonly string[];
}

/** What a connection has already. */
interface StoredSettings {
  readonly settings: Readonly<Record<string, string>>;
  readonly secretNames: readonly string[];
}

const requireKnown = (platform: Platform, typed: TypedSettings): void => {
  for (const name of Object.keys(typed)) {
    if (platform.settings.some((field) => field.name === name)) continue;
    throw refuse({ name }, { zh: '没有这个设置项', en: 'there is no such setting' });
  }
};

const addressOf = (text: string): string => URL.parse(text)?.href ?? text;

/** True when calls would go elsewhere than before. */
const isMoved = (
  field: SettingField,
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): boolean => {
  const [from, to] = [before, now].map((one) => one[field.name] ?? field.defaultValue ?? '');
  return field.kind === 'url' && addressOf(from ?? '') !== addressOf(to ?? '');
};

/**
 * A secret that nobody can read must not be read by sending it somewhere else: with a new address it is typed anew.
 */
const requireSecretsForNewAddress = (
  platform: Platform,
  stored: StoredSettings,
  read: ReadSettings,
): void => {
  if (!platform.settings.some((field) => isMoved(field, stored.settings, read.settings))) return;
  const renewed = new Set([...Object.keys(read.typedSecrets), ...read.clearedSecrets]);
  const kept = platform.settings.find(({ name }) => stored.secretNames.includes(name) && !renewed.has(name));
  if (kept === undefined) return;
  throw refuse(kept, {
    zh: '接口地址已更改，请重新填写',
    en: 'enter it again, because the address that it is sent to has changed',
  });
};

/**
 * Typed settings over stored ones, trimmed and checked by the platform's table (rows ID-07, ID-37). Secrets are
 * kept apart: what is stored of them is replaced when something is typed, and never shown.
 * @throws AppError INPUT_INVALID naming the field
 */
export const readTypedSettings = (
  platform: Platform,
  typed: TypedSettings,
  stored: StoredSettings,
): ReadSettings => {
  requireKnown(platform, typed);
  const settings: Record<string, string> = {};
  const typedSecrets: Record<string, string> = {};
  const clearedSecrets: string[] = [];
  for (const field of platform.settings) {
    const { name, secret } = field;
    const given = typed[name];
    const text = given === undefined ? (stored.settings[name] ?? '') : trimmed(field, given ?? '');
    const kept = secret && given === undefined && stored.secretNames.includes(name);
    if (text !== '') requireLegal(field, text);
    else if (!kept) requireGiven(field, platform, settings);
    if (secret && text !== '') typedSecrets[name] = text;
    else if (secret && given !== undefined) clearedSecrets.push(name);
    else if (!secret && text !== '') settings[name] = text;
  }
  const read = { settings, typedSecrets, clearedSecrets };
  requireSecretsForNewAddress(platform, stored, read);
  return read;
};

import { AppError, type ErrorCode, type Text } from '../../domain/index.ts';

/** One line of a platform's error table. */
export interface VendorErrorRow {
  readonly vendorCodes: readonly string[];
  readonly code: ErrorCode;
  /** Vendor page, or `observed` where only recorded answers show it. */
  readonly source: string;
  /** Which field of ours the code is about. */
  readonly field?: string;
  /** What to do and on which page of this platform's console, where the code's own remedy cannot say it. */
  readonly remedy?: Text;
}

/** A line for one or several codes, blank between them; `more` is the field that it is about, or what to do. */
export const vendorRow = (
  vendorCodes: string,
  code: ErrorCode,
  source: string,
  more?: string | Text,
): VendorErrorRow => ({
  vendorCodes: vendorCodes.split(' '),
  code,
  source,
  ...(typeof more === 'string' ? { field: more } : more === undefined ? {} : { remedy: more }),
});

/** Lines for codes that each mean one field of ours. */
export const fieldRows = (fields: Readonly<Record<string, string>>, source: string): VendorErrorRow[] =>
  Object.entries(fields).map(([code, field]) => vendorRow(code, 'PLATFORM_FIELD_INVALID', source, field));

/** All codes from one to another, for {@link vendorRow}. */
export const codeSpan = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index)).join(' ');

export interface VendorFailure {
  readonly vendorCode: string;
  readonly vendorMessage: string;
  /** Name of the call, without credentials. */
  readonly api: string;
  /** What was asked for: id of the department or person. */
  readonly object?: string;
  readonly clientId?: string;
}

export type VendorErrorTable = ReadonlyMap<string, VendorErrorRow>;

/** Indexes rows by vendor code. Throws `TypeError` when a code is listed twice. */
export const vendorErrorTable = (rows: readonly VendorErrorRow[]): VendorErrorTable => {
  const table = new Map<string, VendorErrorRow>();
  for (const row of rows)
    for (const vendorCode of row.vendorCodes) {
      if (table.has(vendorCode)) throw new TypeError(`vendor code ${vendorCode} is listed twice`);
      table.set(vendorCode, row);
    }
  return table;
};

/** What a platform says may repeat what it was told, and is shown to people and stored. */
export const withoutSecrets = (message: string, secrets: readonly (string | undefined)[]): string =>
  secrets
    .flatMap((text) => (text === undefined || text === '' ? [] : [text, encodeURIComponent(text)]))
    .reduce((clean, text) => clean.replaceAll(text, '***'), message);

const parsed = (message: string): Record<string, string> => {
  const address = /(?:request ip=|from ip: ?)([0-9a-fA-F.:]+)/.exec(message)?.[1];
  // Digits in brackets are the number of a call, not what it lacks.
  const permission = /\[([a-zA-Z][\w.,\s-]*)\]|requiredScopes=\[([^\]]+)\]/.exec(message)?.[1];
  const holder = /\bexisted:\s*([^\s,]+)/.exec(message)?.[1];
  const link = /https?:\/\/[^\s,，"）)]+/.exec(message)?.[0];
  return {
    ...(address === undefined ? {} : { address }),
    ...(permission === undefined ? {} : { permission }),
    ...(holder === undefined ? {} : { holder }),
    ...(link === undefined ? {} : { link }),
  };
};

/**
 * Translates a vendor's failure to ours; unlisted codes become `PLATFORM_UNKNOWN_ERROR`. Addresses, missing
 * permissions, holders of what is taken, and links are taken out of the vendor's message, because the administrator needs them.
 */
export const translateVendorError = (table: VendorErrorTable, failure: VendorFailure): AppError => {
  const row = table.get(failure.vendorCode);
  const vendorMessage = failure.vendorMessage.slice(0, 500);
  return new AppError(row?.code ?? 'PLATFORM_UNKNOWN_ERROR', {
    details: {
      ...parsed(vendorMessage),
      vendorCode: failure.vendorCode,
      vendorMessage,
      api: failure.api,
      ...(failure.object === undefined ? {} : { object: failure.object }),
      ...(failure.clientId === undefined ? {} : { clientId: failure.clientId }),
      ...(row?.field === undefined ? {} : { field: row.field }),
      ...(row?.remedy === undefined ? {} : { remedy: row.remedy.en, remedyZh: row.remedy.zh }),
    },
  });
};

const BEIJING = '+08:00';
const instant = (text: string | undefined): number =>
  text === undefined ? Number.NaN : Date.parse(`${text.replace(' ', 'T')}${BEIJING}`);

/**
 * Milliseconds that a throttle message asks us to wait, `undefined` when it names no end. The message also names
 * when the counted span ended, by the platform's own clock: their difference holds even where our clock is wrong.
 */
export const throttleWaitMs = (message: string, platformNowMs: number): number | undefined => {
  const stamp = String.raw`(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})`;
  const end = instant(new RegExp(`(?:限制|处罚)将在\\s*${stamp}`).exec(message)?.[1]);
  if (Number.isNaN(end)) return undefined;
  const counted = instant(new RegExp(`到\\s*${stamp}`).exec(message)?.[1]);
  const wait = end - (Number.isNaN(counted) ? platformNowMs : counted);
  return wait >= 0 && wait <= 3_600_000 ? Math.max(wait, 100) : undefined;
};

/** The result, or `null` when it fails with that very code. */
export const nullWhen = async <T>(code: ErrorCode, call: () => Promise<T>): Promise<T | null> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AppError && error.code === code) return null;
    throw error;
  }
};

export const isCode = (error: unknown, code: ErrorCode): error is AppError =>
  error instanceof AppError && error.code === code;

/** The same failure under another code, about that object. */
export const retold = (error: AppError, code: ErrorCode, object: string): AppError =>
  new AppError(code, { details: { ...error.details, object }, cause: error });

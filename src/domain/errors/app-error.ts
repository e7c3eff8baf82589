import { ERROR_TABLE, type ErrorCode } from './table.ts';

export interface Text {
  readonly zh: string;
  readonly en: string;
}

/**
 * What a flow does about an error: `never` = give up, tell; `after` = try again after `seconds` (or the
 * instant in the error); `refresh-token` = drop the token, once; `after-fix` = only after somebody mends a setting.
 */
export type RetryClass =
  | { readonly kind: 'never' }
  | { readonly kind: 'after'; readonly seconds: number }
  | { readonly kind: 'refresh-token' }
  | { readonly kind: 'after-fix' };

/** One row of the closed table of codes. `{name}` in a text is replaced by the error's detail of that name. */
export interface ErrorRow {
  readonly httpStatus: number;
  readonly retry: RetryClass;
  readonly text: Text;
  /** What the reader can do about it. */
  readonly remedy: Text;
}

export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface AppErrorOptions {
  /** Public facts named by the text's placeholders: ids, names, addresses. Never secrets or tokens. */
  readonly details?: ErrorDetails;
  /** Path of the offending input field, e.g. `['input', 'settings', 'appKey']`. */
  readonly path?: readonly (string | number)[];
  /** For the log only. */
  readonly debug?: string;
  readonly cause?: unknown;
  /** Overrides the class's waiting time: instant (epoch milliseconds) before which a retry is pointless. */
  readonly retryAt?: number;
}

const fill = (template: string, details: ErrorDetails): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = details[name];
    if (value === undefined || value === null) return whole === `{${name}}` ? '–' : whole;
    return Array.isArray(value) ? value.join(', ') : String(value);
  });

/** A detail `reasonZh` stands for `{reason}` in the Chinese text: what reads differently is handed over twice. */
const inChinese = (details: ErrorDetails): ErrorDetails =>
  Object.fromEntries(Object.entries(details).map(([name, value]) => [name, details[`${name}Zh`] ?? value]));

const inBoth = (template: Text, details: ErrorDetails): Text => ({
  zh: fill(template.zh, inChinese(details)),
  en: fill(template.en, details),
});

/** A domain outcome that is an error. Programming mistakes are `TypeError`; expected outcomes are data. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly path: readonly (string | number)[] | undefined;
  readonly debug: string | undefined;
  readonly retryAt: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const details = options.details ?? {};
    super(
      fill(ERROR_TABLE[code].text.en, details),
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.name = 'AppError';
    this.code = code;
    this.details = details;
    this.path = options.path;
    this.debug = options.debug;
    this.retryAt = options.retryAt;
  }

  get row(): ErrorRow {
    return ERROR_TABLE[this.code];
  }

  /** What happened, filled in, in both languages. */
  get text(): Text {
    return inBoth(this.row.text, this.details);
  }

  /** What to do, filled in, in both languages: the code's own remedy, or what `details.remedy` (and `remedyZh`) says. */
  get remedy(): Text {
    const { remedy, remedyZh = remedy } = this.details;
    const told =
      typeof remedy === 'string' && typeof remedyZh === 'string' ? { zh: remedyZh, en: remedy } : null;
    return inBoth(told ?? this.row.remedy, this.details);
  }
}

/** Highest length of an account's display name and of an org unit's name, in characters (code points). */
export const NAME_MAX_LENGTH = 200;
/** Highest length of a user name, in characters (code points). */
export const USER_NAME_MAX_LENGTH = 64;

/** Nothing to do: printable ASCII without blanks, and the common Chinese characters (which NFC leaves alone). */
const CLEAN = /^[!-~\u4e00-\u9fff]+$/;
/** Invisible and harmful wherever it stands: zero-width space, word joiner, BOM, soft hyphen, bidi controls. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
const BLANKS = /[\s\u0085\u2800\u3164\uffa0]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
const CONTROLS = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/g;
/** Joiners belong inside some scripts and emoji but never at an end. */
const EDGE = /^[ \u200c\u200d]+|[ \u200c\u200d]+$/g;

/**
 * A text as Muster keeps it: NFC, well-formed, without control and invisible characters, inner runs of any
 * Unicode blanks as one space, none at the ends. Idempotent; an all-blank text becomes `''`.
 */
export const cleanText = (text: string): string => {
  if (CLEAN.test(text)) return text;
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(CONTROLS, '')
    .replace(BLANKS, ' ')
    .replace(EDGE, '');
};

/** {@link cleanText} for a three-state field: absent stays absent, blank becomes `null` (known to be empty). */
export const cleanSeen = (value: string | null | undefined): string | null | undefined => {
  if (value === undefined || value === null) return value;
  return cleanText(value) || null;
};

/** Number of characters (code points). */
export const characterCount = (text: string): number => {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const high = text.charCodeAt(i);
    if (high < 0xd800 || high > 0xdbff) continue;
    const low = text.charCodeAt(i + 1);
    if (low >= 0xdc00 && low <= 0xdfff) count--;
  }
  return count;
};

/** True when a text has at most `limit` characters (code points). */
export const fits = (text: string, limit: number): boolean =>
  text.length <= limit || (text.length <= 2 * limit && characterCount(text) <= limit);

const PLAIN_MAINLAND = /^1\d{10}$/;
/** With a plus, eleven digits that start with 1 are North American. */
const MAINLAND = /^(?:(?:\+|00)?86)?(1\d{10})$/;
const FOREIGN = /^(?:\+|00)([1-9]\d{5,14})$/;
const PHONE_FILLING = /[\s().\-‐‑–—/]/g;
/** Two-digit country codes of ITU-T E.164; `1` and `7` have one digit, all others three. */
const TWO_DIGIT_COUNTRY = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

const countryCodeLength = (digits: string): number => {
  if (digits.startsWith('1') || digits.startsWith('7')) return 1;
  return TWO_DIGIT_COUNTRY.test(digits) ? 2 : 3;
};

/**
 * A mobile number as Muster keeps it: mainland numbers as eleven digits (`+86-`, `0086` and `86` removed),
 * all others as `+<country code>-<digits>` (ITU-T E.164). What cannot be read as a number is only cleaned;
 * {@link isLegalMobile} tells. Idempotent.
 */
export const normaliseMobile = (text: string): string => {
  if (PLAIN_MAINLAND.test(text)) return text;
  const cleaned = cleanText(text);
  const digits = cleaned.normalize('NFKC').replace(PHONE_FILLING, '');
  const mainland = MAINLAND.exec(digits);
  if (mainland?.[1] !== undefined) return mainland[1];
  const foreign = FOREIGN.exec(digits);
  if (foreign?.[1] === undefined || foreign[1].startsWith('86')) return cleaned;
  const at = countryCodeLength(foreign[1]);
  return `+${foreign[1].slice(0, at)}-${foreign[1].slice(at)}`;
};

const LEGAL_FOREIGN = /^\+(?!86-)[1-9]\d{0,2}-\d{4,14}$/;

/** True for a number in the form that {@link normaliseMobile} gives: mainland, or `+cc-digits` of ≤ 15 digits. */
export const isLegalMobile = (mobile: string): boolean =>
  PLAIN_MAINLAND.test(mobile) || (mobile.length <= 17 && LEGAL_FOREIGN.test(mobile));

/** A mail address as Muster keeps it: cleaned, full-width forms narrowed, domain in lower case. Idempotent. */
export const normaliseEmail = (text: string): string => {
  const narrow = CLEAN.test(text) ? text : cleanText(cleanText(text).normalize('NFKC'));
  const at = narrow.lastIndexOf('@');
  return at < 0 ? narrow : narrow.slice(0, at + 1) + narrow.slice(at + 1).toLowerCase();
};

const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/i;

/**
 * True for an address that mail systems accept in practice: dot-atom local part of ≤ 64, host name with at
 * least two labels, ≤ 254 characters in all (RFC 5321 sections 4.1.2 and 4.5.3.1; quoted local parts,
 * address literals and internationalised addresses are refused).
 */
export const isLegalEmail = (email: string): boolean => {
  const at = email.lastIndexOf('@');
  return (
    at >= 1 &&
    at <= 64 &&
    email.length <= 254 &&
    LOCAL_PART.test(email.slice(0, at)) &&
    DOMAIN.test(email.slice(at + 1))
  );
};

const LEGAL_USER_NAME = /^[^\p{Z}\p{C}\s\u2800\u3164\uffa0]+$/u;

/** True for 1–64 characters (code points) without blanks, control, format or unassigned characters. */
export const isLegalUserName = (userName: string): boolean =>
  fits(userName, USER_NAME_MAX_LENGTH) && LEGAL_USER_NAME.test(userName);

const HIDDEN = '[hidden]';

/** Keys whose values never reach a log, whatever they are nested in. */
const SECRET_KEY =
  /passw|secret|token|ticket|authorization|cookie|credential|api_?key|private|aes_?key|master|jwe|code$|suite/i;

/** Keys that hold a person's data: a log names objects by id. */
const PERSONAL_KEY =
  /^(mobile|phone|telephone|email|orgEmail|id_?card|birthday|displayName|userName|jobNumber)$/i;

// Codes of errors and states are what a log is for; codes that somebody may redeem are not.
const STATE_CODE = /^(code|errcode|(error|reason|status|exit|http|result)_?code)$/i;
const isStateCode = (key: string, value: unknown): boolean =>
  STATE_CODE.test(key) &&
  (typeof value === 'number' ||
    (typeof value === 'string' && /^([A-Z][A-Z0-9_]{2,}|[0-9A-Z]{5})$/.test(value)));

const DEEPEST = 8;

/** A copy of `value` that is fit for a log: secret-looking and personal members are replaced at any depth. */
export const redact = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > DEEPEST) return HIDDEN;
  if (Array.isArray(value)) return value.map((one) => redact(one, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const hides = (SECRET_KEY.test(key) || PERSONAL_KEY.test(key)) && !isStateCode(key, member);
    copy[key] = hides && member !== null && member !== undefined ? HIDDEN : redact(member, depth + 1);
  }
  return copy;
};

import type { Text } from '../domain/errors/app-error.ts';
import type { PasswordPolicy } from '../domain/roster.ts';
import { characterCount } from './normalise.ts';

/** Longest password, in characters (code points): hashing must not be a way to burn the server's time. */
export const PASSWORD_MAX_LENGTH = 256;

export const PASSWORD_RULES = [
  'TOO_SHORT',
  'TOO_LONG',
  'NEEDS_UPPER',
  'NEEDS_LOWER',
  'NEEDS_DIGIT',
  'NEEDS_SYMBOL',
] as const;
export type PasswordRule = (typeof PASSWORD_RULES)[number];

/** A rule that a password breaks, and how to say so. Never contains the password. */
export interface PasswordFault {
  readonly rule: PasswordRule;
  readonly text: Text;
}

const UPPER = /\p{Lu}/u;
const LOWER = /\p{Ll}/u;
const DIGIT = /\p{Nd}/u;
const SYMBOL = /[^\p{L}\p{N}\p{Z}\p{C}]/u;

const fault = (rule: PasswordRule, zh: string, en: string): PasswordFault => ({ rule, text: { zh, en } });

const lengthFaults = (length: number, minLength: number): PasswordFault[] => {
  if (length < minLength) {
    return [
      fault(
        'TOO_SHORT',
        `密码至少需要 ${minLength} 个字符`,
        `The password needs at least ${minLength} characters`,
      ),
    ];
  }
  if (length <= PASSWORD_MAX_LENGTH) return [];
  const most = PASSWORD_MAX_LENGTH;
  return [fault('TOO_LONG', `密码最多 ${most} 个字符`, `The password may have at most ${most} characters`)];
};

/**
 * The rules of a policy that a password breaks (rows ID-10, ID-42), in the order of {@link PASSWORD_RULES};
 * empty when it is acceptable. Judged in NFC, the form that is hashed; lengths in characters (code points).
 */
export const checkPassword = (policy: PasswordPolicy, password: string): readonly PasswordFault[] => {
  const text = password.normalize('NFC');
  const faults = lengthFaults(characterCount(text), policy.minLength);
  if (policy.requireUpper && !UPPER.test(text)) {
    faults.push(fault('NEEDS_UPPER', '密码需要大写字母', 'The password needs an upper-case letter'));
  }
  if (policy.requireLower && !LOWER.test(text)) {
    faults.push(fault('NEEDS_LOWER', '密码需要小写字母', 'The password needs a lower-case letter'));
  }
  if (policy.requireDigit && !DIGIT.test(text)) {
    faults.push(fault('NEEDS_DIGIT', '密码需要数字', 'The password needs a digit'));
  }
  if (policy.requireSymbol && !SYMBOL.test(text)) {
    faults.push(fault('NEEDS_SYMBOL', '密码需要符号', 'The password needs a symbol'));
  }
  return faults;
};

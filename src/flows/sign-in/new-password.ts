import { randomBytes } from 'node:crypto';
import { AppError, DEFAULT_PASSWORD_POLICY, type PasswordPolicy } from '../../domain/index.ts';
import { checkPassword } from '../../planner/password-policy.ts';

const PATH = ['input', 'newPassword'];

/** @throws AppError PASSWORD_POLICY_VIOLATED naming each rule that is broken */
export const requireAcceptable = (policy: Partial<PasswordPolicy>, password: string): void => {
  const faults = checkPassword({ ...DEFAULT_PASSWORD_POLICY, ...policy }, password);
  if (faults.length === 0) return;
  throw new AppError('PASSWORD_POLICY_VIOLATED', {
    details: {
      violations: faults.map(({ text }) => text.en),
      violationsZh: faults.map(({ text }) => text.zh),
      rules: faults.map(({ rule }) => rule),
    },
    path: PATH,
  });
};

/** 128 random bits, made to satisfy every rule of any policy. */
export const madePassword = (): string => `Aa1-${randomBytes(16).toString('base64url')}`;

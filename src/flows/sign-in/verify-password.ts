import {
  type AccountId,
  AppError,
  DEFAULT_PASSWORD_POLICY,
  newId,
  type PasswordPolicy,
  type TenantId,
} from '../../domain/index.ts';
import { fold } from '../../planner/fold.ts';
import { cleanText, normaliseMobile } from '../../planner/normalise.ts';
import {
  findPasswordCandidate,
  findSignInCandidate,
  recordRefusal,
  replaceHash,
  type SignInCandidate,
} from '../../store/queries/credentials.ts';
import { countFailures, lockedSeconds, throttleKey } from '../../store/queries/throttle.ts';
import { type SignInContext, signerOf, strangerOf } from './context.ts';
import { ACCOUNT_RULE, ADDRESS_RULE, addressGroup, throttled } from './limits.ts';

/** An account whose password was right. */
export interface VerifiedAccount {
  readonly tenantId: TenantId;
  readonly id: AccountId;
  readonly name: string;
  readonly passwordHash: string;
  readonly policy: PasswordPolicy;
  /** The policy wants another password before anything else. */
  readonly mustChange: boolean;
  /** Under which its failures are counted. */
  readonly throttleKey: Buffer;
}

export type PasswordClaim =
  | { readonly tenant: string; readonly userName: string; readonly password: string }
  /** Somebody signed in proves it once more. */
  | { readonly tenantId: TenantId; readonly accountId: AccountId; readonly password: string };

const MILLISECONDS_A_DAY = 86_400_000;
/** Longer texts are no user names; they are cut, so that nobody makes the database fold a megabyte. */
const TYPED_MAX_LENGTH = 256;

const isTooOld = (changedAt: Date | null, policy: PasswordPolicy, now: Date): boolean =>
  policy.maxAgeDays > 0 &&
  changedAt !== null &&
  now.getTime() - changedAt.getTime() > policy.maxAgeDays * MILLISECONDS_A_DAY;

const refuseStranger = async (context: SignInContext, password: string): Promise<never> => {
  const key = throttleKey('address', addressGroup(context.client.address));
  const seconds = await lockedSeconds(context.db, [key]);
  if (seconds > 0) throw throttled(seconds, context.now());
  await context.passwords.verify(null, password);
  await countFailures(context.db, [{ key, rule: ADDRESS_RULE }]);
  throw new AppError('SIGN_IN_FAILED', { debug: 'no such tenant' });
};

interface Found {
  readonly tenantId: TenantId;
  readonly candidate: SignInCandidate;
  readonly addressKey: Buffer;
}

const find = async (context: SignInContext, claim: PasswordClaim): Promise<Found> => {
  const addressKey = throttleKey('address', addressGroup(context.client.address));
  if ('accountId' in claim) {
    const { tenantId, accountId } = claim;
    const candidate = await findPasswordCandidate(context.db, tenantId, { accountId, addressKey });
    return candidate === null ? refuseStranger(context, claim.password) : { tenantId, candidate, addressKey };
  }
  const tenantId = await context.tenants.byCode(claim.tenant);
  if (tenantId === null) return refuseStranger(context, claim.password);
  const userName = cleanText(claim.userName.slice(0, TYPED_MAX_LENGTH));
  const candidate = await findSignInCandidate(context.db, tenantId, {
    userName,
    mobile: normaliseMobile(userName),
    nameKey: throttleKey('name', tenantId, fold(userName)),
    addressKey,
  });
  return candidate === null ? refuseStranger(context, claim.password) : { tenantId, candidate, addressKey };
};

const refuse = async (context: SignInContext, found: Found, reason: string): Promise<void> => {
  const { tenantId, candidate, addressKey } = found;
  const counted =
    reason === 'LOCKED' || reason === 'ACCOUNT_NOT_ACTIVE'
      ? []
      : [
          { key: candidate.throttleKey, rule: ACCOUNT_RULE },
          { key: addressKey, rule: ADDRESS_RULE },
        ];
  await recordRefusal(context.db, strangerOf(context.client, tenantId), {
    auditId: newId<'AuditEvent'>(),
    action: 'session.open',
    accountId: candidate.account?.id ?? null,
    reason,
    throttled: counted,
  });
};

/** The same password under today's parameters; a failure only means that the next sign-in tries again. */
const rehash = async (context: SignInContext, account: VerifiedAccount, password: string): Promise<void> => {
  const newHash = await context.passwords.hash(password);
  await replaceHash(context.db, signerOf(context.client, account), {
    accountId: account.id,
    oldHash: account.passwordHash,
    newHash,
  });
};

/**
 * Finds an account and verifies its password, under the throttles of account and address. An unknown tenant, an
 * unknown user name and a wrong password cost one verification each and get the same answer.
 * @throws AppError SIGN_IN_FAILED, SIGN_IN_THROTTLED, SIGN_IN_BUSY, ACCOUNT_NOT_ACTIVE (the password was right)
 */
export const verifyPassword = async (
  context: SignInContext,
  claim: PasswordClaim,
): Promise<VerifiedAccount> => {
  const found = await find(context, claim);
  const { candidate, tenantId } = found;
  if (candidate.lockedSeconds > 0) {
    await refuse(context, found, 'LOCKED');
    throw throttled(candidate.lockedSeconds, context.now());
  }
  const account = candidate.account;
  const right = await context.passwords.verify(account?.passwordHash ?? null, claim.password);
  if (account === null || account.passwordHash === null || !right) {
    await refuse(context, found, account === null ? 'NO_SUCH_ACCOUNT' : 'WRONG_PASSWORD');
    throw new AppError('SIGN_IN_FAILED');
  }
  if (account.status !== 'ACTIVE') {
    await refuse(context, found, 'ACCOUNT_NOT_ACTIVE');
    throw new AppError('ACCOUNT_NOT_ACTIVE', { details: { id: account.id } });
  }
  const policy = { ...DEFAULT_PASSWORD_POLICY, ...candidate.policy };
  const verified = {
    tenantId,
    id: account.id,
    name: account.displayName,
    passwordHash: account.passwordHash,
    policy,
    mustChange: account.mustChange || isTooOld(account.passwordChangedAt, policy, context.now()),
    throttleKey: candidate.throttleKey,
  };
  if (context.passwords.isOutdated(account.passwordHash)) await rehash(context, verified, claim.password);
  return verified;
};

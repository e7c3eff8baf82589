import { afterAll, describe, expect, test } from 'vitest';
import { DEFAULT_PASSWORD_POLICY } from '../../src/domain/index.ts';
import { bootstrap } from '../../src/flows/sign-in/bootstrap.ts';
import { changePassword } from '../../src/flows/sign-in/change-password.ts';
import { createPasswords } from '../../src/flows/sign-in/passwords.ts';
import { signIn } from '../../src/flows/sign-in/sign-in.ts';
import { checkPassword } from '../../src/planner/password-policy.ts';
import { openSessionService } from '../../sso/session/index.ts';
import { createTestDatabase } from '../support/index.ts';
import { CLIENT, IDENTITY, logger, secrets } from './support.ts';

const { database: db, look } = await createTestDatabase();
const passwords = createPasswords();

describe('the first start', () => {
  test('of several processes at once makes one tenant and tells one of them the password', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => bootstrap({ db, logger, passwords }, { code: 'acme', name: '甲公司' })),
    );
    const made = outcomes.filter((outcome) => outcome !== null);
    expect(made).toHaveLength(1);
    const [first] = made;
    expect(first).toMatchObject({ tenantCode: 'acme', userName: 'admin' });
    expect(checkPassword({ ...DEFAULT_PASSWORD_POLICY, requireSymbol: true }, first?.password ?? '')).toEqual(
      [],
    );
    const [counts] = await look(
      `select (select count(*)::int from muster.tenant) as tenants, (select count(*)::int from muster.org_unit) as units,
         (select count(*)::int from muster.account) as accounts, (select count(*)::int from muster.role_grant) as roles,
         (select count(*)::int from muster.account_search) as searchable`,
    );
    expect(counts).toEqual({ tenants: 1, units: 1, accounts: 1, roles: 1, searchable: 1 });

    const service = await openSessionService(
      { db, secrets, logger, now: () => new Date() },
      { identity: IDENTITY, passwords },
    );
    afterAll(() => service.close());
    const context = { ...service.signIn, client: CLIENT };
    const password = first?.password ?? '';
    const credentials = { tenant: 'acme', userName: 'admin', password };
    await expect(signIn(context, credentials)).rejects.toMatchObject({ code: 'PASSWORD_CHANGE_REQUIRED' });
    const who = { tenant: 'acme', userName: 'admin' };
    const { accessToken } = await changePassword(context, {
      who,
      oldPassword: password,
      newPassword: 'Owner-Password-1',
    });
    const principal = await service.verifier.verify(accessToken, { requestId: 'r', address: null });
    expect(principal).toMatchObject({ roles: ['OWNER', 'MEMBER'] });
  });

  test('happens once', async () => {
    expect(await bootstrap({ db, logger, passwords }, { code: 'other' })).toBeNull();
    expect(await look('select code from muster.tenant')).toEqual([{ code: 'acme' }]);
  });
});

import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { changePassword } from '../../src/flows/sign-in/change-password.ts';
import { signIn } from '../../src/flows/sign-in/sign-in.ts';
import { createPerson, PASSWORD, setStatus } from './people.ts';
import { createHouse, IDENTITY } from './support.ts';

const house = await createHouse();
afterAll(() => house.close());
const { context, owner, algorithm } = house;

const as = (userName: string, password = PASSWORD, tenant = 'main') =>
  signIn(context, { tenant, userName, password });
const audit = () =>
  house.test.look<{ action: string; result: string; reason_code: string | null; object_id: string | null }>(
    'select action, result, reason_code, object_id from muster.audit_event order by id desc',
  );

beforeEach(async () => {
  await house.test.look('delete from muster.sign_in_throttle');
});

describe('signing in', () => {
  test('gives tokens that say who asks', async () => {
    const signedIn = await as('ADMIN', owner.password);
    expect(signedIn.expiresIn).toBe(600);
    expect(await house.principal(signedIn.accessToken)).toEqual({
      kind: 'ACCOUNT',
      id: owner.accountId,
      tenantId: owner.tenantId,
      sessionId: signedIn.sessionId,
      name: '管理员',
      roles: ['OWNER', 'MEMBER'],
      subtree: null,
      requestId: 'r-test',
      address: '203.0.113.7',
    });
    expect((await audit())[0]).toEqual({
      action: 'session.open',
      result: 'OK',
      reason_code: null,
      object_id: owner.accountId,
    });
  });

  test('puts into the access token what RFC 9068 wants and no personal data', async () => {
    const { accessToken, sessionId } = await as('admin', owner.password);
    const [, body = ''] = accessToken.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toEqual({
      iss: IDENTITY.issuer,
      aud: IDENTITY.audience,
      sub: owner.accountId,
      client_id: 'muster',
      tenant: owner.tenantId,
      sid: sessionId,
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(claims['iat']) + 600,
    });
  });

  test('stores no token, only digests', async () => {
    const { refreshToken, accessToken } = await as('admin', owner.password);
    const [, random = ''] = refreshToken.split('.');
    const rows = await house.test.look<{ text: string }>(
      `select (select string_agg(s::text, ' ') from muster.session s)
        || (select string_agg(r::text, ' ') from muster.refresh_token r)
        || (select string_agg(e::text, ' ') from muster.audit_event e) as text`,
    );
    expect(rows[0]?.text).toBeTruthy();
    expect(rows[0]?.text).not.toContain(random);
    expect(rows[0]?.text).not.toContain(Buffer.from(random).toString('hex'));
    expect(rows[0]?.text).not.toContain(accessToken.split('.')[2]);
  });

  test('knows a user name in any case and width, and blanks around it', async () => {
    await createPerson(house, 'Zhang.San');
    for (const typed of ['zhang.san', 'ZHANG.SAN', '  zhang.san ', 'ｚｈａｎｇ.san']) {
      await expect(as(typed)).resolves.toMatchObject({ expiresIn: 600 });
    }
  });

  test('takes a mobile number that one account has, and none that two have', async () => {
    const id = await createPerson(house, 'mobile1', { mobile: '13800000001' });
    await expect(as('+86 138 0000 0001')).resolves.toMatchObject({ accountId: id });
    await createPerson(house, 'mobile2', { mobile: '13800000001' });
    await expect(as('13800000001')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
    // Somebody whose user name is that number goes first.
    const named = await createPerson(house, '13800000001');
    await expect(as('13800000001')).resolves.toMatchObject({ accountId: named });
  });

  test('takes a mail, in any case, that one account has, and none that two have', async () => {
    const id = await createPerson(house, 'mail1', { email: 'Zhang.San@example.com' });
    await expect(as('zhang.san@EXAMPLE.com')).resolves.toMatchObject({ accountId: id });
    await createPerson(house, 'mail2', { email: 'zhang.san@example.com' });
    await expect(as('zhang.san@example.com')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });

  test('says of a disabled account that it is disabled to those alone who know its password', async () => {
    const id = await createPerson(house, 'disabled');
    await setStatus(house, id, 'DISABLED');
    await expect(as('disabled')).rejects.toMatchObject({ code: 'ACCOUNT_NOT_ACTIVE' });
    await expect(as('disabled', 'wrong')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
    await setStatus(house, id, 'DELETED');
    await expect(as('disabled')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });
});

describe('what a stranger learns', () => {
  const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['a wrong password', () => as('admin', 'wrong')],
    ['an unknown user name', () => as('nobody', 'wrong')],
    ['an unknown tenant', () => as('admin', 'wrong', 'nowhere')],
    ['an illegal tenant', () => as('admin', 'wrong', "' or 1=1")],
    ['an empty user name', () => as('', 'wrong')],
    ['an empty password', () => as('admin', '')],
    ['a password that is too long', () => as('admin', `${owner.password}${'x'.repeat(2_000)}`)],
    ['an account without a password', () => as('no-password', 'wrong')],
  ];

  test.each(attempts)('%s: one verification, the same words', async (_name, attempt) => {
    if (
      (await house.test.look("select 1 from muster.account where user_name = 'no-password'")).length === 0
    ) {
      const id = await createPerson(house, 'no-password');
      await house.test.look('delete from muster.account_credential where account_id = $1', [id]);
    }
    await as('warm-up', 'x').catch(() => undefined);
    const before = algorithm.verifications + algorithm.hashes;
    const error = await attempt().catch((reason: unknown) => reason);
    expect(algorithm.verifications + algorithm.hashes - before).toBe(1);
    expect(error).toMatchObject({
      code: 'SIGN_IN_FAILED',
      details: {},
      message: 'The user name or the password is not right',
    });
  });

  test('nothing that was typed is written down', async () => {
    await as('typed-into-the-wrong-field', 'also-secret').catch(() => undefined);
    const [row] = await house.test.look<{ text: string }>(
      "select string_agg(e::text, ' ') as text from muster.audit_event e",
    );
    expect(row?.text).toContain('NO_SUCH_ACCOUNT');
    expect(row?.text).not.toContain('typed-into-the-wrong-field');
    expect(row?.text).not.toContain('also-secret');
  });

  test('every refusal is in the audit trail with its reason', async () => {
    const id = await createPerson(house, 'audited');
    await as('audited', 'wrong').catch(() => undefined);
    expect((await audit())[0]).toEqual({
      action: 'session.open',
      result: 'DENIED',
      reason_code: 'WRONG_PASSWORD',
      object_id: id,
    });
  });
});

describe('a password that must be changed', () => {
  test('opens nothing until it has been, and then signs in', async () => {
    await createPerson(house, 'fresh', { mustChange: true });
    await expect(as('fresh')).rejects.toMatchObject({ code: 'PASSWORD_CHANGE_REQUIRED' });
    const who = { tenant: 'main', userName: 'fresh' };
    const change = (newPassword: string, oldPassword = PASSWORD) =>
      changePassword(context, { who, oldPassword, newPassword });
    await expect(change('New-Password-1', 'wrong')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
    await expect(change('short')).rejects.toMatchObject({
      code: 'PASSWORD_POLICY_VIOLATED',
      details: { rules: ['TOO_SHORT', 'NEEDS_UPPER', 'NEEDS_DIGIT'] },
    });
    await expect(change(PASSWORD)).rejects.toMatchObject({ code: 'PASSWORD_UNCHANGED' });
    const signedIn = await change('New-Password-1');
    await expect(house.principal(signedIn.accessToken)).resolves.toMatchObject({ name: 'fresh' });
    await expect(as('fresh', 'New-Password-1')).resolves.toMatchObject({ expiresIn: 600 });
    await expect(as('fresh')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });

  test('an old one as well, when the policy limits its age', async () => {
    const id = await createPerson(house, 'aged');
    await house.test.look(
      `update muster.tenant set password_policy = password_policy || '{"maxAgeDays": 90}'`,
    );
    await expect(as('aged')).resolves.toMatchObject({ accountId: id });
    await house.test.look(
      `update muster.account_credential set changed_at = clock_timestamp() - interval '91 days' where account_id = $1`,
      [id],
    );
    await expect(as('aged')).rejects.toMatchObject({ code: 'PASSWORD_CHANGE_REQUIRED' });
    await house.test.look(
      `update muster.tenant set password_policy = password_policy || '{"maxAgeDays": 0}'`,
    );
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { openSession } from '../../src/flows/sign-in/open-session.ts';
import { refreshSession } from '../../src/flows/sign-in/refresh-session.ts';
import { createPerson, setStatus } from './people.ts';
import { createHouse } from './support.ts';

const house = await createHouse();
afterAll(() => house.close());
const { context, owner } = house;

const open = (id = owner.accountId) =>
  openSession(context, { tenantId: owner.tenantId, id, name: 'x', amr: ['pwd'], throttleKey: null });
const refresh = (refreshToken: string) => refreshSession(context, { refreshToken });
const outcomeOf = (refreshToken: string) =>
  refresh(refreshToken).then(
    () => 'OK',
    (error: { code: string }) => error.code,
  );

describe('refreshing', () => {
  test('gives new tokens of the same session, again and again', async () => {
    let current = await open();
    const { sessionId } = current;
    for (let round = 0; round < 5; round += 1) {
      const next = await refresh(current.refreshToken);
      expect(next).toMatchObject({ sessionId, accountId: owner.accountId });
      expect(next.refreshToken).not.toBe(current.refreshToken);
      await expect(house.principal(next.accessToken)).resolves.toMatchObject({ sessionId });
      current = next;
    }
  });

  test('a token used again ends the session and all that came of it', async () => {
    const first = await open();
    const second = await refresh(first.refreshToken);
    const third = await refresh(second.refreshToken);
    expect(await outcomeOf(first.refreshToken)).toBe('REFRESH_TOKEN_REUSED');
    expect(await outcomeOf(third.refreshToken)).toBe('REFRESH_TOKEN_INVALID');
    await expect
      .poll(() =>
        house.principal(third.accessToken).then(
          () => 'accepted',
          () => 'refused',
        ),
      )
      .toBe('refused');
    const [event] = await house.test.look<{ reason_code: string; object_id: string }>(
      `select reason_code, object_id from muster.audit_event where action = 'session.refresh' order by id desc limit 1`,
    );
    expect(event).toEqual({ reason_code: 'REFRESH_TOKEN_REUSED', object_id: owner.accountId });
  });

  test('leaves other sessions of the account alone', async () => {
    const [stolen, untouched] = await Promise.all([open(), open()]);
    await refresh(stolen.refreshToken);
    await outcomeOf(stolen.refreshToken);
    expect(await outcomeOf(untouched.refreshToken)).toBe('OK');
  });

  test('of fifty that present one token at once exactly one wins, and the session is over', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { refreshToken, sessionId } = await open();
      const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => refresh(refreshToken)));
      const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      const [rows] = await house.test.look<{ tokens: number; revoked_reason: string }>(
        `select revoked_reason,
           (select count(*)::int from muster.refresh_token t where t.session_id = s.id and used_at is null) as tokens
         from muster.session s where id = $1`,
        [sessionId],
      );
      expect(rows).toEqual({ tokens: 1, revoked_reason: 'REFRESH_TOKEN_REUSED' });
      expect(await outcomeOf(winners[0]?.value.refreshToken ?? '')).toBe('REFRESH_TOKEN_INVALID');
    }
  });

  test.each([
    ['nothing', ''],
    ['an access token', 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA'],
    ['a tenant without a secret', `${owner.tenantId}.`],
    ['an unknown secret', `${owner.tenantId}.${'A'.repeat(43)}`],
    ['another tenant', `019a0000-0000-7000-8000-000000000000.${'A'.repeat(43)}`],
    ['SQL', `${owner.tenantId}.' or '1'='1`],
    ['a long text', 'x'.repeat(100_000)],
  ])('refuses %s', async (_name, text) => {
    expect(await outcomeOf(text)).toBe('REFRESH_TOKEN_INVALID');
  });

  test('refuses a known secret under another tenant', async () => {
    const { refreshToken } = await open();
    const [, secret] = refreshToken.split('.');
    expect(await outcomeOf(`019a0000-0000-7000-8000-000000000000.${secret}`)).toBe('REFRESH_TOKEN_INVALID');
    expect(await outcomeOf(refreshToken)).toBe('OK');
  });

  test('refuses a token that was not used in time', async () => {
    const { refreshToken, sessionId } = await open();
    await house.test.look(
      'update muster.refresh_token set expires_at = clock_timestamp() where session_id = $1',
      [sessionId],
    );
    expect(await outcomeOf(refreshToken)).toBe('REFRESH_TOKEN_INVALID');
  });

  test('refuses when the session is older than a session may be', async () => {
    const { refreshToken, sessionId } = await open();
    await house.test.look('update muster.session set expires_at = clock_timestamp() where id = $1', [
      sessionId,
    ]);
    expect(await outcomeOf(refreshToken)).toBe('REFRESH_TOKEN_INVALID');
  });

  test('refuses a disabled account', async () => {
    const id = await createPerson(house, 'leaver');
    const { refreshToken } = await open(id);
    await setStatus(house, id, 'DISABLED');
    expect(await outcomeOf(refreshToken)).toBe('REFRESH_TOKEN_INVALID');
    await expect(open(id)).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { signIn } from '../../src/flows/sign-in/sign-in.ts';
import { createHouse } from './support.ts';

const house = await createHouse();
afterAll(() => house.close());
const { context, owner } = house;

describe('signing in', () => {
  test('gives tokens that say who asks', async () => {
    const signedIn = await signIn(context, {
      tenant: 'main',
      userName: 'ADMIN',
      password: owner.password,
    });
    const principal = await house.principal(signedIn.accessToken);
    expect(principal).toEqual({
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
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { openSession } from '../../src/flows/sign-in/open-session.ts';
import { rotateSigningKeys } from '../../src/flows/sign-in/signing-keys.ts';
import { type Case, materialOf } from './attack-material.ts';
import { ATTACKS_ON_CLAIMS } from './attacks-on-claims.ts';
import { ATTACKS_ON_FORM } from './attacks-on-form.ts';
import { ATTACKS_ON_KEYS } from './attacks-on-keys.ts';
import { createHouse, logger, secrets } from './support.ts';

const house = await createHouse();
afterAll(() => house.close());
const { accountId, tenantId } = house.owner;

const open = () =>
  openSession(house.context, { tenantId, id: accountId, name: 'admin', amr: ['pwd'], throttleKey: null });
const material = materialOf(await open(), await open(), {
  ...house.service.ring.signing(new Date()),
  publicJwk: house.service.ring.publicSet(new Date()).keys[0] ?? {},
});
const { good, header, claims, kid, signed, forged } = material;

const classes = new Map<string, Case[]>();
for (const [table, cases] of [...ATTACKS_ON_KEYS, ...ATTACKS_ON_FORM, ...ATTACKS_ON_CLAIMS]) {
  for (const [label, token] of await cases(material)) {
    const [name = '', detail] = label.split(' | ');
    const key = detail === undefined ? table : name;
    classes.set(key, [...(classes.get(key) ?? []), [label, token]]);
  }
}

describe('forged access tokens', () => {
  test('the token they are made from is accepted, and so is a copy made by the same means', async () => {
    await expect(house.principal(good)).resolves.toMatchObject({ id: accountId });
    await expect(house.principal(await signed(header, claims))).resolves.toMatchObject({
      id: accountId,
    });
  });

  test.each([...classes])('%s', async (_name, cases) => {
    const accepted: string[] = [];
    for (const [label, token] of cases) {
      await house.principal(token).then(
        () => accepted.push(label),
        (error: unknown) => expect(error, label).toMatchObject({ code: 'UNAUTHENTICATED' }),
      );
    }
    expect(accepted).toEqual([]);
  });

  test('are of at least 32 classes and 100 cases', () => {
    expect(classes.size).toBeGreaterThanOrEqual(32);
    expect([...classes.values()].flat().length).toBeGreaterThanOrEqual(100);
  });

  test('a storm of unknown key ids reads no key', async () => {
    let reads = 0;
    const counting = await house.another({
      onKeyLoad: () => {
        reads += 1;
      },
    });
    const before = reads;
    const storm = Array.from({ length: 200 }, (_, index) => forged({ ...header, kid: `k${index}` }));
    const facts = { requestId: 'r', address: null };
    const outcomes = await Promise.allSettled(storm.map((token) => counting.verifier.verify(token, facts)));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(reads).toBe(before);
  });
});

describe('keys that are out of use', () => {
  test('a token of a key that was removed is refused, although it has not expired', async () => {
    await rotateSigningKeys({ db: house.test.database, secrets, logger }, { force: true, publishSeconds: 0 });
    await house.test.look('update muster.signing_key set retire_at = clock_timestamp() where kid = $1', [
      kid,
    ]);
    await expect
      .poll(() =>
        house.principal(good).then(
          () => 'accepted',
          () => 'refused',
        ),
      )
      .toBe('refused');
  });
});

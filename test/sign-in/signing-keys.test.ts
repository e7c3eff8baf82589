import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { loadSigningKeys } from '../../src/flows/sign-in/load-signing-keys.ts';
import { openSession } from '../../src/flows/sign-in/open-session.ts';
import {
  ensureSigningKey,
  rotateSigningKeys,
  signingKeyPlace,
} from '../../src/flows/sign-in/signing-keys.ts';
import { newMasterKey, parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { createHouse, IDENTITY, logger, secrets } from './support.ts';

const house = await createHouse();
afterAll(() => house.close());
const { owner, service } = house;
const db = house.test.database;
const deps = { db, secrets, logger };
const facts = { requestId: 'r', address: null };

interface KeyRow {
  readonly kid: string;
  readonly private_jwe: string | null;
  readonly retire_in: number | null;
  readonly active_in: number;
}
const keys = () =>
  house.test.look<KeyRow & Record<string, unknown>>(
    `select kid, private_jwe, extract(epoch from retire_at - clock_timestamp())::int as retire_in,
       extract(epoch from active_from - clock_timestamp())::int as active_in
     from muster.signing_key order by active_from desc`,
  );
/** Lets time pass for every key. */
const later = (seconds: number) =>
  house.test.look(
    `update muster.signing_key set active_from = active_from - make_interval(secs => $1),
       retire_at = retire_at - make_interval(secs => $1)`,
    [seconds],
  );
const open = () =>
  openSession(house.context, {
    tenantId: owner.tenantId,
    id: owner.accountId,
    name: 'x',
    amr: ['pwd'],
    throttleKey: null,
  });
const kidOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString()) as { kid: string }).kid;

describe('signing keys', () => {
  test('the first one is made once, however many processes start', async () => {
    await house.test.look('delete from muster.signing_key');
    await Promise.all(Array.from({ length: 8 }, () => ensureSigningKey(deps)));
    expect(await keys()).toHaveLength(1);
  });

  test('the private half is sealed, and opens with no other master key', async () => {
    const [key] = await keys();
    expect(key?.private_jwe).toMatch(/^eyJ/);
    const opened = JSON.parse(await secrets.open(key?.private_jwe ?? '', signingKeyPlace(key?.kid ?? '')));
    expect(opened).toMatchObject({ kty: 'EC', d: expect.any(String) });
    const [row] = await house.test.look<{ text: string }>(
      "select string_agg(k::text, ' ') as text from muster.signing_key k",
    );
    expect(row?.text).not.toContain(opened.d);
    const others = createSecrets(parseMasterKeys(newMasterKey()));
    await expect(loadSigningKeys({ db, secrets: others })).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
    });
  });

  test('the published set verifies our tokens with a stock library and shows no private half', async () => {
    await service.ring.reload();
    const set = service.ring.publicSet(new Date());
    expect(JSON.stringify(set)).not.toContain('"d"');
    const { accessToken } = await open();
    const { payload } = await jwtVerify(accessToken, createLocalJWKSet({ keys: [...set.keys] }), {
      ...IDENTITY,
      typ: 'at+jwt',
    });
    expect(payload.sub).toBe(owner.accountId);
  });

  test('are replaced when they are due and not before', async () => {
    expect(await rotateSigningKeys(deps)).toBe(false);
    await later(31 * 86_400);
    const made = await Promise.all(Array.from({ length: 6 }, () => rotateSigningKeys(deps)));
    expect(made.filter(Boolean)).toHaveLength(1);
    const [next, old] = await keys();
    // Published for five minutes before it signs; the old one verifies until its last token has expired.
    expect(next?.active_in).toBeGreaterThan(290);
    expect(old?.retire_in).toBeGreaterThan(290 + 600);
    expect(next?.retire_in).toBeNull();
  });

  test('go through published, signing, verifying and gone', async () => {
    const [next, old] = await keys();
    const ring = async (): Promise<string> => {
      await service.ring.reload();
      return kidOf((await open()).accessToken);
    };
    expect(await ring()).toBe(old?.kid);
    expect(service.ring.publicSet(new Date()).keys.map((key) => key.kid)).toContain(next?.kid);
    const last = (await open()).accessToken;

    await later(310);
    expect(await ring()).toBe(next?.kid);
    await expect(service.verifier.verify(last, facts)).resolves.toMatchObject({ id: owner.accountId });

    await later(60);
    await rotateSigningKeys(deps);
    const erased = (await keys()).find(({ kid }) => kid === old?.kid);
    expect(erased).toMatchObject({ private_jwe: null });
    await service.ring.reload();
    await expect(service.verifier.verify(last, facts)).resolves.toMatchObject({ id: owner.accountId });

    await later(700);
    await rotateSigningKeys(deps);
    expect((await keys()).map(({ kid }) => kid)).toEqual([next?.kid]);
    await service.ring.reload();
    await expect(service.verifier.verify(last, facts)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('are exchanged under load without one token refused', async () => {
    const other = await house.another();
    let failures = 0;
    let verified = 0;
    let running = true;
    const load = async (): Promise<void> => {
      while (running) {
        const { accessToken } = await open();
        const outcomes = await Promise.allSettled([
          service.verifier.verify(accessToken, facts),
          other.verifier.verify(accessToken, facts),
        ]);
        verified += outcomes.length;
        failures += outcomes.filter(({ status }) => status === 'rejected').length;
      }
    };
    const work = Promise.all([load(), load(), load()]);
    for (let round = 0; round < 5; round += 1) {
      // A key is published for longer than a process may take to hear of it, as in real use.
      await rotateSigningKeys(deps, { force: true, publishSeconds: 1 });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    running = false;
    await work;
    expect(failures).toBe(0);
    expect(verified).toBeGreaterThan(50);
    expect(new Set((await keys()).map(({ kid }) => kid)).size).toBeGreaterThanOrEqual(5);
  });
});

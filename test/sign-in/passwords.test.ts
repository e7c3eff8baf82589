import { hash } from '@node-rs/argon2';
import { afterAll, describe, expect, test } from 'vitest';
import { createPasswords } from '../../src/flows/sign-in/passwords.ts';
import { signIn } from '../../src/flows/sign-in/sign-in.ts';
import { createPerson } from './people.ts';
import { countingAlgorithm, createHouse } from './support.ts';

describe('passwords', () => {
  const passwords = createPasswords();

  test('are hashed with argon2id at the parameters that OWASP names, each with its own salt', async () => {
    const [one, two] = await Promise.all([passwords.hash('Password-1'), passwords.hash('Password-1')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(passwords.isOutdated(one)).toBe(false);
  });

  test('are verified whole: nothing is cut off', async () => {
    const long = 'x'.repeat(1_000);
    const made = await passwords.hash(`${long}a`);
    expect(await passwords.verify(made, `${long}a`)).toBe(true);
    expect(await passwords.verify(made, `${long}b`)).toBe(false);
    expect(await passwords.verify(made, long)).toBe(false);
  });

  test('are one password, however the keyboard composed it', async () => {
    const made = await passwords.hash('Mañana-Ångström-1'.normalize('NFD'));
    expect(await passwords.verify(made, 'Mañana-Ångström-1'.normalize('NFC'))).toBe(true);
    // Compatibility forms stay different: NFKC would make many passwords one.
    expect(await passwords.verify(await passwords.hash('ﬁsh'), 'fish')).toBe(false);
  });

  test('a missing hash is never right', async () => {
    expect(await passwords.verify(null, '')).toBe(false);
    expect(await passwords.verify(null, 'anything')).toBe(false);
  });
});

describe('the queue before the hashes', () => {
  test('runs so many at once, lets so many wait, and refuses the rest with a typed error', async () => {
    let running = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    const passwords = createPasswords({
      concurrency: 2,
      maxWaiting: 10,
      algorithm: {
        hash: async () => {
          running += 1;
          most = Math.max(most, running);
          await gate.promise;
          running -= 1;
          return 'hash';
        },
        verify: async () => true,
      },
    });
    const asked = Array.from({ length: 1_000 }, () =>
      passwords.hash('x').then(
        () => 'OK',
        (error: { code: string; row: { httpStatus: number; retry: unknown } }) => error,
      ),
    );
    gate.resolve();
    const outcomes = await Promise.all(asked);
    const refused = outcomes.filter((outcome) => outcome !== 'OK');
    expect(refused).toHaveLength(988);
    expect(refused[0]).toMatchObject({
      code: 'SIGN_IN_BUSY',
      row: { httpStatus: 503, retry: { kind: 'after', seconds: 2 } },
    });
    expect(most).toBe(2);
    expect(await passwords.hash('x')).toBe('hash');
  });

  test('goes on after a hash that failed', async () => {
    const algorithm = countingAlgorithm();
    let broken = true;
    const passwords = createPasswords({
      concurrency: 1,
      algorithm: {
        ...algorithm,
        hash: async (password) => {
          if (broken) throw new Error('out of memory');
          return algorithm.hash(password);
        },
      },
    });
    await expect(Promise.all([passwords.hash('a'), passwords.hash('b')])).rejects.toThrow('out of memory');
    broken = false;
    await expect(passwords.hash('c')).resolves.toContain('argon2id');
  });
});

describe('a hash made with older parameters', async () => {
  const house = await createHouse();
  afterAll(() => house.close());

  test('is replaced at the next sign-in, and only then', async () => {
    const old = await hash('Password-1', { memoryCost: 4_096, timeCost: 1, parallelism: 1 });
    const id = await createPerson(house, 'old-hash', { passwordHash: old });
    const context = { ...house.context, passwords: createPasswords() };
    const stored = async () =>
      (
        await house.test.look<{ password_hash: string }>(
          'select password_hash from muster.account_credential where account_id = $1',
          [id],
        )
      )[0]?.password_hash;
    const attempt = (password: string) => signIn(context, { tenant: 'main', userName: 'old-hash', password });
    await expect(attempt('wrong')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
    expect(await stored()).toBe(old);
    await attempt('Password-1');
    const renewed = await stored();
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await attempt('Password-1');
    expect(await stored()).toBe(renewed);
  });
});

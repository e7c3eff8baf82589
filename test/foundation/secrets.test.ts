import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newId, type TenantId } from '../../src/domain/index.ts';
import { masterKeysFromFile, newMasterKey, parseMasterKeys } from '../../src/store/master-keys.ts';
import { rekey, SECRET_COLUMNS } from '../../src/store/rekey.ts';
import { createSecrets, type SecretPlace } from '../../src/store/secrets.ts';
import { createTenant, createTestDatabase } from '../support/index.ts';
import { tries } from '../support/properties.ts';

const { database, look } = await createTestDatabase();
const oldKey = newMasterKey();
const newKey = newMasterKey();
const secrets = createSecrets(parseMasterKeys(oldKey));

const place = (more: Partial<SecretPlace> = {}): SecretPlace => ({
  tenantId: newId<'Tenant'>(),
  table: 'connection',
  rowId: newId(),
  column: 'secrets.appSecret',
  ...more,
});

describe('a sealed secret', () => {
  test('opens where it was sealed, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const where = place();
        expect(await secrets.open(await secrets.seal(text, where), where)).toBe(text);
      }),
      tries(50),
    );
  });

  test.each([
    ['tenant', { tenantId: newId<'Tenant'>() }],
    ['table', { table: 'connection_app' }],
    ['row', { rowId: newId() }],
    ['column', { column: 'secrets.aesKey' }],
  ])('does not open in another %s', async (_, other) => {
    const where = place();
    const sealed = await secrets.seal('s3cret', where);
    await expect(secrets.open(sealed, { ...where, ...other })).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
    });
  });

  test('does not open when any part of it was changed', async () => {
    const where = place();
    const sealed = await secrets.seal('s3cret', where);
    for (let part = 0; part < 5; part += 1) {
      const parts = sealed.split('.');
      const text = parts[part] ?? '';
      parts[part] = (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
      await expect(secrets.open(parts.join('.'), where)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    }
  });

  test('does not open without its master key, and the error shows neither key nor secret', async () => {
    const where = place();
    const sealed = await secrets.seal('s3cret', where);
    const stranger = createSecrets(parseMasterKeys(newKey));
    const error = await stranger.open(sealed, where).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'SECRET_UNREADABLE' });
    expect(JSON.stringify(error) + String(error)).not.toMatch(new RegExp(`s3cret|${oldKey}|${newKey}`));
  });

  test('differs each time', async () => {
    const where = place();
    expect(await secrets.seal('same', where)).not.toBe(await secrets.seal('same', where));
  });
});

describe('master keys', () => {
  test.each(['', 'short', `${'x'.repeat(42)}!`, `${newMasterKey()},bad`])('refuse %j', (text) => {
    expect(() => parseMasterKeys(text)).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }));
  });

  test('of a file are made once, for their owner alone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'muster-key-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const many = await Promise.all(Array.from({ length: 5 }, () => masterKeysFromFile(dir)));
    expect(new Set(many.map(({ current }) => current.id)).size).toBe(1);
    expect((await stat(join(dir, 'master.key'))).mode & 0o777).toBe(0o600);
    expect((await readFile(join(dir, 'master.key'), 'utf8')).trim()).toHaveLength(43);
    await chmod(join(dir, 'master.key'), 0o644);
    await expect(masterKeysFromFile(dir)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
  });
});

describe('re-keying', () => {
  const connectionWith = async (tenantId: TenantId, context: Parameters<typeof database.transaction>[0]) => {
    const id = newId();
    const at = (column: string): SecretPlace => ({ tenantId, table: 'connection', rowId: id, column });
    const held = {
      appSecret: await secrets.seal(`app ${id}`, at('secrets.appSecret')),
      aesKey: await secrets.seal(`aes ${id}`, at('secrets.aesKey')),
    };
    const password = await secrets.seal(`pw ${id}`, at('default_password'));
    await database.transaction(context, (tx) =>
      tx.execute(
        `insert into muster.connection (tenant_id, id, platform, name, secrets, default_password, pull_rules)
         values ($1, $2, 'none', $3, $4, $5, '{}')`,
        [tenantId, id, id, held, password],
      ),
    );
    return id;
  };

  test('names every column that holds ciphertext', async () => {
    const found = await look<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'muster' and (column_name = 'secrets' or column_name ~ '(_jwe|_secret|_password)$')
       order by 1`,
    );
    expect(found.map(({ name }) => name)).toEqual(
      SECRET_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort(),
    );
  });

  test('that was cut off leaves every secret readable, and is finished by the next one', async () => {
    const { tenantId, context } = await createTenant(database);
    for (let n = 0; n < 3; n += 1) await connectionWith(tenantId, context);
    const both = createSecrets(parseMasterKeys(`${newKey},${oldKey}`));
    let left = 7;
    const dying = {
      ...both,
      rewrap: (...parameters: Parameters<typeof both.rewrap>) => {
        left -= 1;
        if (left < 0) throw new Error('killed');
        return both.rewrap(...parameters);
      },
    };
    await expect(rekey(database, dying)).rejects.toThrow('killed');
    // The first column's batch was committed, the second one's was not.
    expect(await rekey(database, both)).toEqual({ examined: 9, rewrapped: 3, unreadable: [] });
    await database.transaction(context, (tx) => tx.execute('delete from muster.connection'));
  });

  test('puts everything under the new key, may be repeated, and leaves what it cannot read', async () => {
    const tenants = [await createTenant(database), await createTenant(database)];
    const rows: { tenantId: TenantId; id: string }[] = [];
    for (const { tenantId, context } of tenants) {
      for (let n = 0; n < 3; n += 1) rows.push({ tenantId, id: await connectionWith(tenantId, context) });
    }
    const both = createSecrets(parseMasterKeys(`${newKey}, ${oldKey}`));
    expect(await rekey(database, both)).toEqual({ examined: 18, rewrapped: 18, unreadable: [] });
    expect(await rekey(database, both)).toMatchObject({ examined: 18, rewrapped: 0 });

    const fresh = createSecrets(parseMasterKeys(newKey));
    for (const { tenantId, id } of rows) {
      const [row] = await look<{ secrets: Record<string, string>; default_password: string }>(
        'select secrets, default_password from muster.connection where id = $1',
        [id],
      );
      const at = (column: string): SecretPlace => ({ tenantId, table: 'connection', rowId: id, column });
      expect(await fresh.open(row?.secrets['appSecret'] ?? '', at('secrets.appSecret'))).toBe(`app ${id}`);
      expect(await fresh.open(row?.default_password ?? '', at('default_password'))).toBe(`pw ${id}`);
    }
    const { unreadable, rewrapped } = await rekey(database, secrets);
    expect({ count: unreadable.length, rewrapped }).toEqual({ count: 18, rewrapped: 0 });
  });
});

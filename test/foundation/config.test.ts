import { describe, expect, test } from 'vitest';
import { OPTIONS, readConfig } from '../../src/config/index.ts';

const refusal = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIGURATION_INVALID' });
    return error instanceof Error ? error.message : '';
  }
  throw new Error('was accepted');
};

test('an empty environment is enough', () => {
  expect(readConfig({ PATH: '/bin' })).toMatchObject({
    port: 8080,
    publicUrl: 'http://localhost:8080',
    databaseUrl: null,
    introspection: false,
    trustProxy: [],
    metrics: 'local',
    logLevel: 'info',
  });
});

test('blanks around a value and empty variables do not count', () => {
  expect(readConfig({ PORT: ' 3000 ', DATABASE_URL: '', LOG_LEVEL: 'Debug' })).toMatchObject({
    port: 3000,
    databaseUrl: null,
    logLevel: 'debug',
  });
});

test('values are read by kind', () => {
  const config = readConfig({
    PUBLIC_URL: 'https://id.example.com/',
    MUSTER_MODE: 'development',
    MUSTER_TRUST_PROXY: '10.0.0.0/8, 127.0.0.1, fd00::/8, loopback',
    MUSTER_EMBEDDED_PG_PORT: '5433',
  });
  expect(config).toMatchObject({
    publicUrl: 'https://id.example.com',
    introspection: true,
    trustProxy: ['10.0.0.0/8', '127.0.0.1', 'fd00::/8', 'loopback'],
    embeddedPort: 5433,
  });
});

describe('the start is refused', () => {
  test('for a name that does not exist, with the nearest one', () => {
    expect(refusal({ MUSTER_MASTERKEY: 'x' })).toContain('did you mean MUSTER_MASTER_KEY?');
    expect(refusal({ MUSTER_POOL_SIZE: '5' })).toContain('did you mean MUSTER_DB_POOL_SIZE?');
  });

  test.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PUBLIC_URL', 'id.example.com'],
    ['PUBLIC_URL', 'ftp://id.example.com'],
    ['PUBLIC_URL', 'https://u:p@id.example.com'],
    ['DATABASE_URL', 'mysql://h/d'],
    ['DATABASE_URL', 'postgres://host'],
    ['MUSTER_DB_POOL_SIZE', '0'],
    ['MUSTER_INTROSPECTION', 'perhaps'],
    ['MUSTER_MODE', 'test'],
    ['MUSTER_METRICS', 'private'],
    ['LOG_LEVEL', 'loud'],
    ['MUSTER_TRUST_PROXY', 'proxy.example.com'],
    ['MUSTER_TRUST_PROXY', '10.0.0.0/8,10.0.0.1/33'],
    ['MUSTER_TRUST_PROXY', 'fd00::/129'],
    // Whoever connects would choose the address under which his attempts are counted.
    ['MUSTER_TRUST_PROXY', '0.0.0.0/0'],
    ['MUSTER_TRUST_PROXY', 'true'],
  ])('for %s=%s', (name, value) => {
    expect(refusal({ [name]: value })).toContain(`${name} must be`);
  });

  test('with everything that is wrong at once', () => {
    const message = refusal({ PORT: 'x', LOG_LEVEL: 'y', MUSTER_X: 'z' });
    expect(message).toContain('PORT must be');
    expect(message).toContain('LOG_LEVEL must be');
    expect(message).toContain('MUSTER_X is not an option');
  });

  test('for an own database without a master key', () => {
    expect(refusal({ DATABASE_URL: 'postgres://u:p@h/d' })).toContain('needs MUSTER_MASTER_KEY');
  });

  test('without repeating a secret', () => {
    expect(refusal({ DATABASE_URL: 'mysql://root:hunter2@h/d' })).not.toContain('hunter2');
  });
});

test('every option is described in both languages, with an example', () => {
  for (const { name, meaning, example } of Object.values(OPTIONS)) {
    expect(meaning.zh, name).toMatch(/[一-鿿].*。$/);
    expect(meaning.en, name).toMatch(/\.$/);
    expect(example, name).not.toBe('');
  }
});

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { CompactEncrypt, importJWK } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { openSession } from '../../src/flows/sign-in/open-session.ts';
import { rotateSigningKeys } from '../../src/flows/sign-in/signing-keys.ts';
import { base64url, derSignature, ecKey, hmac, ownSignature, part, signInput } from './forge.ts';
import { createHouse, IDENTITY, logger, secrets } from './support.ts';

const house = await createHouse();
afterAll(() => house.close());
const { owner, service } = house;

const proven = {
  tenantId: owner.tenantId,
  id: owner.accountId,
  name: 'admin',
  amr: ['pwd'],
  throttleKey: null,
};
const session = await openSession(house.context, proven);
const other = await openSession(house.context, proven);
const good = session.accessToken;
const [goodHead = '', goodBody = '', goodSignature = ''] = good.split('.');
const header = JSON.parse(Buffer.from(goodHead, 'base64url').toString()) as Record<string, unknown>;
const claims = JSON.parse(Buffer.from(goodBody, 'base64url').toString()) as Record<string, unknown>;
const { kid, key: ownKey } = service.ring.signing(new Date());
const publicJwk = service.ring.publicSet(new Date()).keys[0] ?? {};
const now = Math.floor(Date.now() / 1_000);
const attacker = ecKey('P-256');
const attackerJwk = attacker.publicKey.export({ format: 'jwk' });

/** `class | what exactly`, or just what exactly: then the class is that of its table. */
type Case = readonly [label: string, token: string];

const signed = async (head: unknown, body: unknown): Promise<string> => {
  const input = `${typeof head === 'string' ? base64url(head) : part(head)}.${typeof body === 'string' ? base64url(body) : part(body)}`;
  return `${input}.${await ownSignature(input, ownKey)}`;
};
const without = (from: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));
const claiming = (change: Record<string, unknown>): Promise<string> =>
  signed(header, { ...claims, ...change });
const heading = (change: Record<string, unknown>): Promise<string> =>
  signed({ ...header, ...change }, claims);
const forged = (head: Record<string, unknown>, key = attacker.privateKey): string => {
  const input = `${part(head)}.${goodBody}`;
  return `${input}.${signInput(input, key, 'sha256')}`;
};
const all = async (cases: readonly (readonly [string, string | Promise<string>])[]): Promise<Case[]> =>
  Promise.all(cases.map(async ([label, token]) => [label, await token] as const));

const unsigned = (): Case[] =>
  ['none', 'None', 'NONE', 'nOnE'].flatMap((alg): Case[] => {
    const input = `${part({ ...header, alg })}.${goodBody}`;
    return [
      [`${alg}, no signature`, `${input}.`],
      [`${alg}, the old signature`, `${input}.${goodSignature}`],
    ];
  });

const publicBytes = async (): Promise<readonly (readonly [string, Buffer])[]> => {
  const jwk = { kty: 'EC', crv: 'P-256', x: String(publicJwk['x']), y: String(publicJwk['y']) };
  const { createPublicKey } = await import('node:crypto');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return [
    ['PEM', Buffer.from(key.export({ type: 'spki', format: 'pem' }))],
    ['DER', key.export({ type: 'spki', format: 'der' })],
    ['JWK', Buffer.from(JSON.stringify(publicJwk))],
    ['point', Buffer.concat([Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url')])],
    ['empty key', Buffer.alloc(0)],
  ];
};

const hmacConfusion = async (): Promise<Case[]> =>
  (await publicBytes()).flatMap(([name, secret]) =>
    [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
    ].map(([alg = '', hash = '']): Case => {
      const input = `${part({ ...header, alg })}.${goodBody}`;
      return [`${alg} with the public key as ${name}`, `${input}.${hmac(input, secret, hash)}`];
    }),
  );

const otherAlgorithms = (): Case[] => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const ed = generateKeyPairSync('ed25519').privateKey;
  const make = (alg: string, key: typeof rsa, hash: string | null): Case => {
    const input = `${part({ ...header, alg })}.${goodBody}`;
    return [`${alg} by a stranger`, `${input}.${signInput(input, key, hash)}`];
  };
  return [
    make('RS256', rsa, 'sha256'),
    make('RS512', rsa, 'sha512'),
    make('PS256', rsa, 'sha256'),
    make('EdDSA', ed, null),
    make('Ed25519', ed, null),
    make('ES384', ecKey('P-384').privateKey, 'sha384'),
    make('ES512', ecKey('P-521').privateKey, 'sha512'),
    make('ES256K', ecKey('secp256k1').privateKey, 'sha256'),
  ];
};

const algorithmSpelling = () =>
  all([
    ['lower case', heading({ alg: 'es256' })],
    ['blank', heading({ alg: 'ES256 ' })],
    ['a list', heading({ alg: ['ES256'] })],
    ['null', heading({ alg: null })],
    ['missing', signed(without(header, 'alg'), claims)],
    ['ECDH-ES', heading({ alg: 'ECDH-ES' })],
    ['dir', heading({ alg: 'dir' })],
  ]);

const foreignKeys = (): Case[] => [
  ['our kid, their key', forged(header)],
  ['their kid', forged({ ...header, kid: 'theirs' })],
  ['no kid', forged(without(header, 'kid'))],
];

const KID_FORMS: readonly (readonly [string, RegExp])[] = [
  ['kid as address', /:\/\//],
  ['kid as path', /\//],
  ['kid as SQL', /'/],
  ['kid as property', /^(?:__proto__|constructor|toString)$/],
];

const kids = (): Case[] =>
  [
    '../../../../dev/null',
    '/etc/passwd',
    "' or '1'='1",
    `${kid}' --`,
    "x'; drop table muster.signing_key; --",
    'https://attacker.example/key.json',
    'file:///etc/passwd',
    '__proto__',
    'constructor',
    'toString',
    '',
    `${kid}\u0000`,
    ` ${kid}`,
    kid.toLowerCase(),
    '$(id)',
    'ldap://attacker.example/a',
    'k'.repeat(3_000),
  ].map((name): Case => {
    const form = KID_FORMS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'kid nearly ours';
    return [`${form} | ${name.slice(0, 40)}`, forged({ ...header, kid: name })];
  });

const kidTypes = () =>
  all([
    ['null', heading({ kid: null })],
    ['number', heading({ kid: 1 })],
    ['list', heading({ kid: [kid] })],
    ['object', heading({ kid: { kid } })],
    ['missing, our signature', signed(without(header, 'kid'), claims)],
  ]);

/** Headers that offer a key, once by a stranger who holds it and once under our own signature. */
const offeredKeys = async (): Promise<Case[]> => {
  const offers: readonly (readonly [string, Record<string, unknown>])[] = [
    ['jwk', { jwk: attackerJwk }],
    ['jku', { jku: 'https://attacker.example/jwks.json' }],
    ['jku like ours', { jku: `${IDENTITY.issuer}.attacker.example/.well-known/jwks.json` }],
    ['x5u', { x5u: 'https://attacker.example/cert.pem' }],
    ['x5c', { x5c: ['MIIB'] }],
    ['x5t', { x5t: 'AAAA' }],
    ['x5t#S256', { 'x5t#S256': 'AAAA' }],
    ['epk', { epk: attackerJwk }],
  ];
  const cases: Case[] = [];
  for (const [name, offer] of offers) {
    cases.push([
      `${name.split(/[ #]/)[0]} in the header | ${name}, their signature`,
      forged({ ...header, ...offer }),
    ]);
    cases.push([`${name.split(/[ #]/)[0]} in the header | ${name}, our signature`, await heading(offer)]);
  }
  return cases;
};

const extensions = () =>
  all([
    ['crit | unknown', heading({ crit: ['exp'], exp: now + 600 })],
    ['crit | empty', heading({ crit: [] })],
    ['b64 | false', heading({ b64: false, crit: ['b64'] })],
    ['b64 | without crit', heading({ b64: false })],
    ['zip | DEF', heading({ zip: 'DEF' })],
    ['cty JWT', heading({ cty: 'JWT' })],
    ['enc', heading({ enc: 'A256GCM' })],
    ['ppt', heading({ ppt: 'shaken' })],
    ['__proto__ in the header', signed(`{"__proto__":{},${JSON.stringify(header).slice(1)}`, claims)],
  ]);

const signatures = (): Case[] => {
  const input = `${goodHead}.${goodBody}`;
  const bytes = Buffer.from(goodSignature, 'base64url');
  const zero = Buffer.alloc(64);
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  const flipped = Buffer.from(bytes);
  flipped[10] = (flipped[10] ?? 0) ^ 1;
  const with64 = (signature: Buffer): string => `${input}.${base64url(signature)}`;
  return [
    ['signature missing | empty', `${input}.`],
    ['signature of zeros | r = s = 0', with64(zero)],
    ['signature of zeros | r = 0', with64(Buffer.concat([zero.subarray(0, 32), bytes.subarray(32)]))],
    ['signature of zeros | s = 0', with64(Buffer.concat([bytes.subarray(0, 32), zero.subarray(32)]))],
    ['signature at the edge | r = s = n', with64(Buffer.concat([order, order]))],
    [
      'r = s = 1',
      with64(Buffer.concat([zero.subarray(1, 32), Buffer.of(1), zero.subarray(1, 32), Buffer.of(1)])),
    ],
    ['swapped', with64(Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)]))],
    ['one bit', with64(flipped)],
    ['length of the signature | 63', with64(bytes.subarray(0, 63))],
    ['length of the signature | 65', with64(Buffer.concat([bytes, Buffer.of(0)]))],
    ['length of the signature | twice', with64(Buffer.concat([bytes, bytes]))],
    ['encoding of the signature | DER', `${input}.${derSignature(input, attacker.privateKey)}`],
    ['random', with64(randomBytes(64))],
    ['encoding of the signature | padded', `${good}==`],
    [
      'encoding of the signature | bits after the last byte',
      `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
    ],
    ['parts exchanged | signature', `${input}.${other.accessToken.split('.')[2]}`],
  ];
};

const shapes = (): Case[] => [
  ['empty text', ''],
  ['number of parts | 2', `${goodHead}.${goodBody}`],
  ['number of parts | 1', goodHead],
  ['number of parts | 4', `${good}.${goodSignature}`],
  ['number of parts | 5', `${goodHead}.AA.AA.${goodBody}.${goodSignature}`],
  ['number of parts | dots', '..'],
  ['cut off | no header', `.${goodBody}.${goodSignature}`],
  ['cut off | no body', `${goodHead}..${goodSignature}`],
  ['cut off | by one', good.slice(0, -1)],
  ['cut off | in the body', `${goodHead}.${goodBody.slice(0, -4)}.${goodSignature}`],
  ['blank before', ` ${good}`],
  ['line after', `${good}\n`],
  ['blank inside', `${goodHead}. ${goodBody}.${goodSignature}`],
  ['a zero byte', `${good}\u0000`],
  [
    'JSON serialisation | flattened',
    JSON.stringify({ protected: goodHead, payload: goodBody, signature: goodSignature }),
  ],
  [
    'general JSON',
    JSON.stringify({ payload: goodBody, signatures: [{ protected: goodHead, signature: goodSignature }] }),
  ],
  ['full-width dots', good.replaceAll('.', '．')],
  ['oversized | a megabyte', `${goodHead}.${'A'.repeat(1_000_000)}.${goodSignature}`],
  ['parts exchanged | body', `${goodHead}.${other.accessToken.split('.')[1]}.${goodSignature}`],
  ['another kind of secret | refresh token', session.refreshToken],
];

const spelledTwice = () => {
  const body = JSON.stringify(claims);
  const head = JSON.stringify(header);
  return all([
    ['repeated member | sub twice', signed(header, `${body.slice(0, -1)},"sub":"${newId()}"}`)],
    ['repeated member | exp twice', signed(header, `{"exp":1,${body.slice(1)}`)],
    ['repeated member | aud twice', signed(header, `${body.slice(0, -1)},"aud":"${IDENTITY.audience}"}`)],
    ['repeated member | alg twice', signed(`{"alg":"none",${head.slice(1)}`, claims)],
    ['repeated member | kid twice', signed(`${head.slice(0, -1)},"kid":"${kid}"}`, claims)],
    ['escaped name', signed(header, body.replace('"sub"', '"s\\u0075b"'))],
    ['blanks', signed(header, JSON.stringify(claims, null, 1))],
    ['byte order mark', signed(header, `\ufeff${body}`)],
  ]);
};

const bodies = () =>
  all([
    ['a list', signed(header, '[]')],
    ['a text', signed(header, '"x"')],
    ['null', signed(header, 'null')],
    ['no JSON', signed(header, 'sub=admin')],
    ['empty object', signed(header, {})],
    ['a list as header', signed('[]', claims)],
    ['nested token', signed(header, base64url(good))],
  ]);

const types = () =>
  all([
    ['missing', signed(without(header, 'typ'), claims)],
    ...['JWT', 'jwt', 'id+jwt', 'AT+JWT', 'application/at+jwt', 'logout+jwt', 'dpop+jwt', 'at+jwt ', ''].map(
      (typ) => [`typ ${typ}`, heading({ typ })] as const,
    ),
  ]);

const issuers = () =>
  all([
    ['missing', signed(header, without(claims, 'iss'))],
    ['another', claiming({ iss: 'https://attacker.example' })],
    ['longer', claiming({ iss: `${IDENTITY.issuer}.attacker.example` })],
    ['slash', claiming({ iss: `${IDENTITY.issuer}/` })],
    ['list', claiming({ iss: [IDENTITY.issuer] })],
    ['case', claiming({ iss: IDENTITY.issuer.toUpperCase() })],
    ['null', claiming({ iss: null })],
  ]);

const audiences = () =>
  all([
    ['missing', signed(header, without(claims, 'aud'))],
    ['another', claiming({ aud: 'https://other.example' })],
    ['list with ours', claiming({ aud: ['https://other.example', IDENTITY.audience] })],
    ['list of ours', claiming({ aud: [IDENTITY.audience] })],
    ['empty', claiming({ aud: '' })],
    ['the issuer', claiming({ aud: IDENTITY.issuer })],
  ]);

const times = () =>
  all([
    ['exp | exp missing', signed(header, without(claims, 'exp'))],
    ['exp | exp passed', claiming({ iat: now - 700, exp: now - 100 })],
    ['exp | exp this second', claiming({ exp: now })],
    ['exp | exp zero', claiming({ exp: 0 })],
    ['exp | exp negative', claiming({ exp: -1 })],
    ['exp | exp text', claiming({ exp: String(now + 600) })],
    ['exp | exp fraction', claiming({ exp: now + 600.5 })],
    ['exp | exp null', claiming({ exp: null })],
    [
      'exp | exp beyond numbers',
      signed(header, JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e400')),
    ],
    ['nbf | nbf in the future', claiming({ nbf: now + 3_600 })],
    ['iat | iat in the future', claiming({ iat: now + 3_600, exp: now + 4_200 })],
    ['iat | iat missing', signed(header, without(claims, 'iat'))],
    ['iat | iat text', claiming({ iat: String(now) })],
  ]);

const subjects = () =>
  all([
    ['sub | sub missing', signed(header, without(claims, 'sub'))],
    ['sub | sub of another account', claiming({ sub: newId() })],
    ['sub | sub no id', claiming({ sub: 'admin' })],
    ['sub | sub list', claiming({ sub: [owner.accountId] })],
    ['sid | sid missing', signed(header, without(claims, 'sid'))],
    ['sid | sid unknown', claiming({ sid: newId() })],
    ['tenant | tenant missing', signed(header, without(claims, 'tenant'))],
    ['tenant | tenant of others', claiming({ tenant: newId() })],
    ['jti missing', signed(header, without(claims, 'jti'))],
    ['client_id | client_id of another', claiming({ client_id: 'https://rp.example' })],
    ['client_id | client_id missing', signed(header, without(claims, 'client_id'))],
    ['client_id | azp of another', claiming({ azp: 'https://rp.example' })],
    ['claims smuggled in | scope', claiming({ scope: 'directory:write' })],
    ['claims smuggled in | roles', claiming({ roles: ['OWNER'] })],
    [
      'account as a machine',
      signed(header, without({ ...claims, client_id: claims['sub'], scope: 'audit:read' }, 'sid')),
    ],
    ['kind of token | an ID token', claiming({ nonce: 'n', auth_time: now })],
  ]);

const encrypted = async (): Promise<Case[]> => {
  const plaintext = new TextEncoder().encode(good);
  const toOurKey = await new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid, cty: 'JWT' })
    .encrypt(await importJWK({ ...publicJwk, alg: 'ECDH-ES', use: 'enc' } as never, 'ECDH-ES'));
  const symmetric = await new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
    .encrypt(randomBytes(32));
  return [
    ['JWE to our public key', toOurKey],
    ['JWE with a shared key', symmetric],
  ];
};

const TABLES: readonly (readonly [name: string, cases: () => Case[] | Promise<Case[]>])[] = [
  ['unsigned', unsigned],
  ['HMAC with the public key', hmacConfusion],
  ['other algorithms', otherAlgorithms],
  ['spelling of the algorithm', algorithmSpelling],
  ['foreign key', foreignKeys],
  ['kid as path, SQL, address, property', kids],
  ['type of kid', kidTypes],
  ['keys offered by the header', offeredKeys],
  ['header extensions', extensions],
  ['signature', signatures],
  ['shape', shapes],
  ['spelled twice or oddly', spelledTwice],
  ['body', bodies],
  ['kind of token', types],
  ['issuer', issuers],
  ['audience', audiences],
  ['time', times],
  ['subject', subjects],
  ['encrypted', encrypted],
];

const classes = new Map<string, Case[]>();
for (const [table, cases] of TABLES) {
  for (const [label, token] of await cases()) {
    const [name = '', detail] = label.split(' | ');
    const key = detail === undefined ? table : name;
    classes.set(key, [...(classes.get(key) ?? []), [label, token]]);
  }
}

describe('forged access tokens', () => {
  test('the token they are made from is accepted, and so is a copy made by the same means', async () => {
    await expect(house.principal(good)).resolves.toMatchObject({ id: owner.accountId });
    await expect(house.principal(await signed(header, claims))).resolves.toMatchObject({
      id: owner.accountId,
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

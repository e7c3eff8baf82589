import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { type AttackTables, all, type Case, type Material, without } from './attack-material.ts';
import { ecKey, hmac, part, signInput } from './forge.ts';
import { IDENTITY } from './support.ts';

const unsigned = ({ header, goodBody, goodSignature }: Material): Case[] =>
  ['none', 'None', 'NONE', 'nOnE'].flatMap((alg): Case[] => {
    const input = `${part({ ...header, alg })}.${goodBody}`;
    return [
      [`${alg}, no signature`, `${input}.`],
      [`${alg}, the old signature`, `${input}.${goodSignature}`],
    ];
  });

const publicBytes = async ({ publicJwk }: Material): Promise<readonly (readonly [string, Buffer])[]> => {
  const jwk = { kty: 'EC', crv: 'P-256', x: String(publicJwk['x']), y: String(publicJwk['y']) };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return [
    ['PEM', Buffer.from(key.export({ type: 'spki', format: 'pem' }))],
    ['DER', key.export({ type: 'spki', format: 'der' })],
    ['JWK', Buffer.from(JSON.stringify(publicJwk))],
    ['point', Buffer.concat([Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url')])],
    ['empty key', Buffer.alloc(0)],
  ];
};

const hmacConfusion = async (m: Material): Promise<Case[]> =>
  (await publicBytes(m)).flatMap(([name, secret]) =>
    [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
    ].map(([alg = '', hash = '']): Case => {
      const input = `${part({ ...m.header, alg })}.${m.goodBody}`;
      return [`${alg} with the public key as ${name}`, `${input}.${hmac(input, secret, hash)}`];
    }),
  );

const otherAlgorithms = ({ header, goodBody }: Material): Case[] => {
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

const algorithmSpelling = ({ header, claims, signed, heading }: Material) =>
  all([
    ['lower case', heading({ alg: 'es256' })],
    ['blank', heading({ alg: 'ES256 ' })],
    ['a list', heading({ alg: ['ES256'] })],
    ['null', heading({ alg: null })],
    ['missing', signed(without(header, 'alg'), claims)],
    ['ECDH-ES', heading({ alg: 'ECDH-ES' })],
    ['dir', heading({ alg: 'dir' })],
  ]);

const foreignKeys = ({ header, forged }: Material): Case[] => [
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

const kids = ({ header, kid, forged }: Material): Case[] =>
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

const kidTypes = ({ header, claims, kid, signed, heading }: Material) =>
  all([
    ['null', heading({ kid: null })],
    ['number', heading({ kid: 1 })],
    ['list', heading({ kid: [kid] })],
    ['object', heading({ kid: { kid } })],
    ['missing, our signature', signed(without(header, 'kid'), claims)],
  ]);

/** Headers that offer a key, once by a stranger who holds it and once under our own signature. */
const offeredKeys = async ({ header, attackerJwk, heading, forged }: Material): Promise<Case[]> => {
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

const extensions = ({ header, claims, now, signed, heading }: Material) =>
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

/** Tokens that want another algorithm or another key to count. */
export const ATTACKS_ON_KEYS: AttackTables = [
  ['unsigned', unsigned],
  ['HMAC with the public key', hmacConfusion],
  ['other algorithms', otherAlgorithms],
  ['spelling of the algorithm', algorithmSpelling],
  ['foreign key', foreignKeys],
  ['kid as path, SQL, address, property', kids],
  ['type of kid', kidTypes],
  ['keys offered by the header', offeredKeys],
  ['header extensions', extensions],
];

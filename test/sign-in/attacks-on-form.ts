import { randomBytes } from 'node:crypto';
import { CompactEncrypt, importJWK } from 'jose';
import { newId } from '../../src/domain/index.ts';
import { type AttackTables, all, type Case, type Material } from './attack-material.ts';
import { base64url, derSignature } from './forge.ts';
import { IDENTITY } from './support.ts';

const signatures = ({ good, goodHead, goodBody, goodSignature, attacker, otherToken }: Material): Case[] => {
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
    ['parts exchanged | signature', `${input}.${otherToken.split('.')[2]}`],
  ];
};

const shapes = ({ good, goodHead, goodBody, goodSignature, otherToken, refreshToken }: Material): Case[] => [
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
  ['parts exchanged | body', `${goodHead}.${otherToken.split('.')[1]}.${goodSignature}`],
  ['another kind of secret | refresh token', refreshToken],
];

const spelledTwice = ({ header, claims, kid, signed }: Material) => {
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

const bodies = ({ good, header, claims, signed }: Material) =>
  all([
    ['a list', signed(header, '[]')],
    ['a text', signed(header, '"x"')],
    ['null', signed(header, 'null')],
    ['no JSON', signed(header, 'sub=admin')],
    ['empty object', signed(header, {})],
    ['a list as header', signed('[]', claims)],
    ['nested token', signed(header, base64url(good))],
  ]);

const encrypted = async ({ good, kid, publicJwk }: Material): Promise<Case[]> => {
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

/** Tokens that are spelled, cut or wrapped otherwise than ours. */
export const ATTACKS_ON_FORM: AttackTables = [
  ['signature', signatures],
  ['shape', shapes],
  ['spelled twice or oddly', spelledTwice],
  ['body', bodies],
  ['encrypted', encrypted],
];

import { newId } from '../../src/domain/index.ts';
import { type AttackTables, all, type Material, without } from './attack-material.ts';
import { IDENTITY } from './support.ts';

const types = ({ header, claims, signed, heading }: Material) =>
  all([
    ['missing', signed(without(header, 'typ'), claims)],
    ...['JWT', 'jwt', 'id+jwt', 'AT+JWT', 'application/at+jwt', 'logout+jwt', 'dpop+jwt', 'at+jwt ', ''].map(
      (typ) => [`typ ${typ}`, heading({ typ })] as const,
    ),
  ]);

const issuers = ({ header, claims, signed, claiming }: Material) =>
  all([
    ['missing', signed(header, without(claims, 'iss'))],
    ['another', claiming({ iss: 'https://attacker.example' })],
    ['longer', claiming({ iss: `${IDENTITY.issuer}.attacker.example` })],
    ['slash', claiming({ iss: `${IDENTITY.issuer}/` })],
    ['list', claiming({ iss: [IDENTITY.issuer] })],
    ['case', claiming({ iss: IDENTITY.issuer.toUpperCase() })],
    ['null', claiming({ iss: null })],
  ]);

const audiences = ({ header, claims, signed, claiming }: Material) =>
  all([
    ['missing', signed(header, without(claims, 'aud'))],
    ['another', claiming({ aud: 'https://other.example' })],
    ['list with ours', claiming({ aud: ['https://other.example', IDENTITY.audience] })],
    ['list of ours', claiming({ aud: [IDENTITY.audience] })],
    ['empty', claiming({ aud: '' })],
    ['the issuer', claiming({ aud: IDENTITY.issuer })],
  ]);

const times = ({ header, claims, now, signed, claiming }: Material) =>
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

const subjects = ({ header, claims, now, signed, claiming, accountId }: Material) =>
  all([
    ['sub | sub missing', signed(header, without(claims, 'sub'))],
    ['sub | sub of another account', claiming({ sub: newId() })],
    ['sub | sub no id', claiming({ sub: 'admin' })],
    ['sub | sub list', claiming({ sub: [accountId] })],
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

/** Tokens with our own signature that say something they must not. */
export const ATTACKS_ON_CLAIMS: AttackTables = [
  ['kind of token', types],
  ['issuer', issuers],
  ['audience', audiences],
  ['time', times],
  ['subject', subjects],
];

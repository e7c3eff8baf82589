import type { CryptoKey, JWK } from 'jose';
import type { SignedIn } from '../../src/flows/sign-in/open-session.ts';
import { base64url, ecKey, ownSignature, part, signInput } from './forge.ts';

/** `class | what exactly`, or just what exactly: then the class is that of its table. */
export type Case = readonly [label: string, token: string];
export type AttackTables = readonly (readonly [
  name: string,
  cases: (material: Material) => Case[] | Promise<Case[]>,
])[];

type Json = Record<string, unknown>;

export const without = (from: Json, name: string): Json =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));

export const all = async (cases: readonly (readonly [string, string | Promise<string>])[]): Promise<Case[]> =>
  Promise.all(cases.map(async ([label, token]) => [label, await token] as const));

const text = (value: unknown): string => (typeof value === 'string' ? base64url(value) : part(value));

/** What attacks are made of: a good token in its parts, our own key, and a stranger's. */
export const materialOf = (
  session: SignedIn,
  other: SignedIn,
  ours: { readonly kid: string; readonly key: CryptoKey; readonly publicJwk: JWK },
) => {
  const good = session.accessToken;
  const [goodHead = '', goodBody = '', goodSignature = ''] = good.split('.');
  const header = JSON.parse(Buffer.from(goodHead, 'base64url').toString()) as Json;
  const claims = JSON.parse(Buffer.from(goodBody, 'base64url').toString()) as Json;
  const attacker = ecKey('P-256');
  /** Header and claims of one's choice under our own signature. */
  const signed = async (head: unknown, body: unknown): Promise<string> => {
    const input = `${text(head)}.${text(body)}`;
    return `${input}.${await ownSignature(input, ours.key)}`;
  };
  return {
    good,
    goodHead,
    goodBody,
    goodSignature,
    header,
    claims,
    kid: ours.kid,
    publicJwk: ours.publicJwk,
    otherToken: other.accessToken,
    refreshToken: session.refreshToken,
    accountId: session.accountId,
    now: Math.floor(Date.now() / 1_000),
    attacker,
    attackerJwk: attacker.publicKey.export({ format: 'jwk' }),
    signed,
    claiming: (change: Json): Promise<string> => signed(header, { ...claims, ...change }),
    heading: (change: Json): Promise<string> => signed({ ...header, ...change }, claims),
    /** Our claims under a stranger's signature. */
    forged: (head: Json): string => {
      const input = `${part(head)}.${goodBody}`;
      return `${input}.${signInput(input, attacker.privateKey, 'sha256')}`;
    },
  };
};

export type Material = ReturnType<typeof materialOf>;

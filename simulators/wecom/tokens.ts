import { randomBytes } from 'node:crypto';
import type { App } from './apps.ts';

export const TOKEN_LIFE_MS = 7_200_000;

interface Token {
  readonly value: string;
  readonly app: App;
  expiresAt: number;
  /** Ended by force: 40014, as if it had never been. */
  void: boolean;
}

export type TokenLookup =
  | { readonly state: 'valid' | 'expired' | 'void'; readonly app: App }
  | { readonly state: 'unknown' };

/** One token per secret: the same while it is valid, and a repeated fetch does not prolong it. */
export interface TokenStore {
  /** `lifeMs` is what is left of it. */
  issue(app: App, now: number): { readonly value: string; readonly lifeMs: number };
  look(value: string, now: number): TokenLookup;
  /** Ends tokens at once, of one app or of all: used again they answer 42001. */
  expire(clientId?: string): void;
  /** The platform takes tokens back before their time: used again they answer 40014. */
  invalidate(clientId?: string): void;
}

export function createTokenStore(): TokenStore {
  const byValue = new Map<string, Token>();
  const current = new Map<string, Token>();
  const of = (clientId?: string): Token[] =>
    [...byValue.values()].filter((token) => clientId === undefined || token.app.clientId === clientId);
  return {
    issue: (app, now) => {
      const key = `${app.clientId} ${app.clientSecret}`;
      let token = current.get(key);
      if (!token || token.void || token.expiresAt <= now) {
        const value = randomBytes(160).toString('base64url');
        token = { value, app, expiresAt: now + TOKEN_LIFE_MS, void: false };
        current.set(key, token);
        byValue.set(value, token);
      }
      return { value: token.value, lifeMs: token.expiresAt - now };
    },
    look: (value, now) => {
      const token = byValue.get(value);
      if (!token) return { state: 'unknown' };
      if (token.void) return { state: 'void', app: token.app };
      return { state: token.expiresAt > now ? 'valid' : 'expired', app: token.app };
    },
    expire: (clientId) => {
      for (const token of of(clientId)) token.expiresAt = 0;
    },
    invalidate: (clientId) => {
      for (const token of of(clientId)) token.void = true;
    },
  };
}

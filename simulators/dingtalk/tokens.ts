import { randomBytes } from 'node:crypto';
import type { App } from './apps.ts';
import type { Family } from './failures.ts';

export const TOKEN_LIFE_MS = 7_200_000;

interface Token {
  readonly value: string;
  readonly app: App;
  readonly family: Family;
  expiresAt: number;
}

export type TokenLookup =
  | { readonly state: 'valid' | 'expired'; readonly app: App; readonly family: Family }
  | { readonly state: 'unknown' };

/** App tokens: the same string while valid, each request pushing its end to now + 7200 s. */
export interface TokenStore {
  issue(app: App, family: Family, now: number): string;
  look(value: string, now: number): TokenLookup;
  /** Ends tokens at once, of one app or of all. */
  expire(clientId?: string): void;
}

export function createTokenStore(shared: () => boolean): TokenStore {
  const byValue = new Map<string, Token>();
  const current = new Map<string, Token>();
  return {
    issue: (app, family, now) => {
      const key = shared() ? app.clientId : `${app.clientId} ${family}`;
      let token = current.get(key);
      if (!token || token.expiresAt <= now) {
        token = { value: randomBytes(16).toString('hex'), app, family, expiresAt: 0 };
        current.set(key, token);
        byValue.set(token.value, token);
      }
      token.expiresAt = now + TOKEN_LIFE_MS;
      return token.value;
    },
    look: (value, now) => {
      const token = byValue.get(value);
      if (!token) return { state: 'unknown' };
      return { state: token.expiresAt > now ? 'valid' : 'expired', app: token.app, family: token.family };
    },
    expire: (clientId) => {
      for (const token of byValue.values()) {
        if (clientId === undefined || token.app.clientId === clientId) token.expiresAt = 0;
      }
    },
  };
}

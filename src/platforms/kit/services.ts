import type { RateBudget, SlotLedger } from '../../ports/rate-budget.ts';
import { type ResolveHost, resolveHost } from './address-guard.ts';
import { type Clock, systemClock } from './clock.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from './http-client.ts';
import { createRateBudget } from './rate-budget.ts';
import { createTokenCache, type TokenCache } from './token-cache.ts';
import { createSocketClient, type SocketClient, type SocketClientOptions } from './web-socket.ts';

/** What every adapter is given by the composition root. */
export interface PlatformServices {
  readonly http: HttpClient;
  readonly sockets: SocketClient;
  readonly tokens: TokenCache;
  readonly budget: RateBudget;
  readonly clock: Clock;
  readonly random: () => number;
  readonly resolve: ResolveHost;
}

export interface PlatformServicesOptions
  extends HttpClientOptions,
    Omit<SocketClientOptions, keyof HttpClientOptions> {
  /** Shared by several processes when given; in memory otherwise. */
  readonly ledger?: SlotLedger;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** The services with their defaults. Close `http` at the end. */
export const createPlatformServices = (options: PlatformServicesOptions = {}): PlatformServices => {
  const clock = options.clock ?? systemClock;
  return {
    http: createHttpClient(options),
    sockets: createSocketClient(options),
    tokens: createTokenCache(clock),
    budget: createRateBudget(clock, options.ledger),
    clock,
    random: options.random ?? Math.random,
    resolve: options.resolve ?? resolveHost,
  };
};

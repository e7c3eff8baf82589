import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../domain/index.ts';
import { UNKNOWN_OUTCOMES } from '../../ports/directory-target.ts';
import type { HttpAnswer, HttpRequest } from './http-client.ts';
import { parseAnswer, parseJson } from './json.ts';
import { type RetryOptions, withRetry } from './retry.ts';
import type { PlatformServices } from './services.ts';
import type { Token } from './token-cache.ts';
import { throttleWaitMs } from './vendor-errors.ts';

/** Writing calls that must not be sent twice: who knows what came of them, or somebody was asked by them already. */
const UNREPEATABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([...UNKNOWN_OUTCOMES, 'PLATFORM_INVITED']);

/** One call of a platform's API and the schema of its answer. */
export interface ApiCall<Schema extends z.ZodType = z.ZodType>
  extends Omit<HttpRequest, 'allowPrivateNetwork'> {
  readonly schema: Schema;
  /** Id of what is asked for, for error texts. */
  readonly object?: string;
  /** It changes something there: never sent again by itself when nobody can know whether it took effect. */
  readonly writes?: boolean;
  /** Goes before everything that waits without it. */
  readonly urgent?: boolean;
  /** Carries what it needs, and no token. */
  readonly anonymous?: boolean;
}

/** What differs between platforms. */
export interface ApiDialect {
  /** How a token is had; its answer is brought to {@link Token} by the schema. `null` = calls carry what they need. */
  readonly tokenCall: ApiCall<z.ZodType<Token>> | null;
  /** What is called to prove the way to the platform; default: the token call. */
  readonly reach?: Pick<HttpRequest, 'base' | 'method' | 'path'>;
  /** Name of the rate limit that counts the call; default: its path. */
  lane?(call: ApiCall): string;
  /** Failures are told by the HTTP status: what comes with one and is no JSON is handed to `failure` as `undefined`. */
  readonly statusSpeaks?: boolean;
  /** The same call with the token where this API looks for it. */
  authorize<Schema extends z.ZodType>(call: ApiCall<Schema>, token: string): ApiCall<Schema>;
  /** What the body says went wrong, `undefined` when it is a success. */
  failure(body: unknown, status: number, call: ApiCall): AppError | undefined;
  /** Whose token and rate limit it is: app, secret and addresses. Only its digest is kept. */
  readonly identity: readonly string[];
  /** Whose rate limit it is, where several tokens share one; default: the token's. */
  readonly limitIdentity?: readonly string[];
  readonly callsPerSecond: number;
  readonly callsPerHour?: number;
  /** Tries in all for faults that may pass; default 4. */
  readonly maxAttempts?: number;
  readonly allowPrivateNetwork: boolean;
}

/** The digest of texts, for keys of caches and budgets that must not hold secrets. */
const digest = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Minutes that platforms block an address for. */
const BLOCKED_MINUTES = 5;

/** The error for an address that the platform blocks, with the instant at which it lets us in again. */
export const addressBlocked = (nowMs: number, minutes = BLOCKED_MINUTES, cause?: unknown): AppError =>
  new AppError('PLATFORM_IP_BLOCKED', { retryAt: nowMs + minutes * 60_000, cause });

/** Milliseconds that a `Retry-After` asks for, `NaN` when it does not. Source: RFC 9110 §10.2.3 (seconds or a date). */
const retryAfterMs = (text: string | null, platformNowMs: number): number => {
  if (text === null) return Number.NaN;
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - platformNowMs;
};

/** The JSON of a text, `undefined` when it is none. */
const jsonOrNothing = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

/** Calls of one app with token, pacing, validation and the repetitions that the error's class allows. */
export class ApiClient {
  readonly #services: PlatformServices;
  readonly #dialect: ApiDialect;
  readonly #signal: AbortSignal;
  readonly #key: string;
  readonly #limitKey: string;
  #calls = 0;
  #pausedUntil: number | undefined;

  constructor(services: PlatformServices, dialect: ApiDialect, signal: AbortSignal) {
    this.#services = services;
    this.#dialect = dialect;
    this.#signal = signal;
    this.#key = digest(dialect.identity);
    this.#limitKey = dialect.limitIdentity === undefined ? this.#key : digest(dialect.limitIdentity);
  }

  /** Requests sent so far, tokens and repetitions included. */
  get calls(): number {
    return this.#calls;
  }

  /** Instant (epoch milliseconds) until which the platform has asked us to wait, when that is still to come. */
  get pausedUntil(): number | undefined {
    const until = this.#pausedUntil;
    return until !== undefined && until > this.#services.clock.now() ? until : undefined;
  }

  /** What readers tell of their calls. */
  get meter() {
    const { callsPerSecond } = this.#dialect;
    return { calls: () => this.calls, callsPerSecond, pausedUntil: () => this.pausedUntil };
  }

  /** Throws `PLATFORM_*`, or the signal's reason. */
  async call<Schema extends z.ZodType>(call: ApiCall<Schema>): Promise<z.output<Schema>> {
    const { budget, tokens } = this.#services;
    const { callsPerSecond, callsPerHour } = this.#dialect;
    const rateKey = digest([this.#limitKey, this.#dialect.lane?.(call) ?? call.path]);
    const limit = {
      perSecond: callsPerSecond,
      ...(callsPerHour === undefined ? {} : { perHour: callsPerHour }),
      ...(call.urgent === true ? { urgent: true } : {}),
    };
    let token = '';
    const once = async (): Promise<z.output<Schema>> => {
      const withToken = this.#dialect.tokenCall !== null && call.anonymous !== true;
      if (withToken) token = await tokens.get(this.#key, () => this.fetchToken(), this.#signal);
      const callEnded = await budget.acquire(rateKey, limit, this.#signal);
      try {
        return await this.#once(call.anonymous === true ? call : this.#dialect.authorize(call, token));
      } catch (error) {
        if (error instanceof AppError && error.code === 'PLATFORM_THROTTLED' && error.retryAt !== undefined)
          budget.penalise(rateKey, error.retryAt);
        throw error;
      } finally {
        callEnded?.();
      }
    };
    return this.#retried(once, {
      refreshToken: () => tokens.drop(this.#key, token),
      ...(call.writes === true ? { unrepeatable: UNREPEATABLE } : {}),
    });
  }

  /** A token straight from the platform, past the cache. Throws `PLATFORM_CREDENTIALS_INVALID` and others. */
  async fetchToken(): Promise<Token> {
    const { tokenCall } = this.#dialect;
    if (tokenCall === null) throw new TypeError('there is no token to fetch');
    return this.#retried(() => this.#once(tokenCall));
  }

  /** Any answer, even an error, proves the way to the platform (row W-DD-03). */
  async reach(): Promise<void> {
    const target = this.#dialect.reach ?? this.#dialect.tokenCall;
    if (target === null) throw new TypeError('there is nothing to reach');
    const { base, method, path } = target;
    await this.#send({ base, method, path, ...(method === 'POST' ? { json: {} } : {}) });
  }

  #send(request: Omit<HttpRequest, 'allowPrivateNetwork'>): Promise<HttpAnswer> {
    this.#calls += 1;
    const { allowPrivateNetwork } = this.#dialect;
    return this.#services.http.send({ ...request, allowPrivateNetwork }, this.#signal);
  }

  async #once<Schema extends z.ZodType>(call: ApiCall<Schema>): Promise<z.output<Schema>> {
    const {
      schema,
      object: _object,
      writes: _writes,
      urgent: _urgent,
      anonymous: _anonymous,
      ...request
    } = call;
    const answer = await this.#send(request);
    const { status } = answer;
    const api = call.path;
    if (status >= 300 && status < 400)
      throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api, reason: `redirect (${status})` } });
    if (status === 429)
      throw this.#throttled(new AppError('PLATFORM_THROTTLED', { details: { api } }), answer);
    const body = this.#body(answer, call);
    const failure = this.#dialect.failure(body, status, call);
    if (failure?.code === 'PLATFORM_THROTTLED') throw this.#throttled(failure, answer);
    if (failure !== undefined) throw failure;
    const read = schema.safeParse(body);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`;
    throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api, reason } });
  }

  #body({ status, text }: HttpAnswer, call: ApiCall): unknown {
    if (this.#dialect.statusSpeaks === true && (status >= 400 || text.trim() === ''))
      return jsonOrNothing(text);
    if (status >= 500 && !/^\s*\{/.test(text))
      throw new AppError('PLATFORM_BUSY', { details: { api: call.path } });
    return parseAnswer(text, call.path);
  }

  /** The same error with the instant at which the limit ends: by its text, a header, the dialect, or in a second. */
  #throttled(error: AppError, answer: HttpAnswer): AppError {
    const now = this.#services.clock.now();
    const platformNow = Date.parse(answer.headers.get('date') ?? '') || now;
    const told = retryAfterMs(answer.headers.get('retry-after'), platformNow);
    const known = error.retryAt === undefined ? 1000 : Math.max(0, error.retryAt - now);
    const wait =
      throttleWaitMs(String(error.details['vendorMessage'] ?? ''), platformNow) ?? (told > 0 ? told : known);
    return new AppError(error.code, { details: error.details, retryAt: now + wait });
  }

  async #retried<T>(
    call: () => Promise<T>,
    options: Pick<RetryOptions, 'refreshToken' | 'unrepeatable'> = {},
  ): Promise<T> {
    try {
      return await withRetry(this.#services, call, {
        signal: this.#signal,
        ...(this.#dialect.maxAttempts === undefined ? {} : { maxAttempts: this.#dialect.maxAttempts }),
        onWait: (until) => {
          this.#pausedUntil = until;
        },
        ...options,
      });
    } catch (error) {
      // A page instead of JSON, again and again, is how platforms block an address; a single one tells nothing.
      const repeated = options.unrepeatable === undefined;
      if (repeated && error instanceof AppError && error.details['reason'] === 'HTML')
        throw addressBlocked(this.#services.clock.now(), BLOCKED_MINUTES, error);
      throw error;
    }
  }
}

import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { AppError, type OpenConnection } from '../../domain/index.ts';
import type { HttpAnswer, HttpRequest } from '../kit/http-client.ts';
import { parseAnswer } from '../kit/json.ts';
import { withRetry } from '../kit/retry.ts';
import type { PlatformServices } from '../kit/services.ts';
import type { Token } from '../kit/token-cache.ts';
import { throttleWaitMs, translateVendorError } from '../kit/vendor-errors.ts';
import { type DingtalkSettings, readSettings, type TokenEndpoint } from './config.ts';
import { dingtalkErrors } from './errors.ts';
import { blockedAnswer, legacyEnvelope, newFailure, tokenAnswers } from './types.ts';

/** One call; of the legacy family unless it says otherwise. */
export interface DingtalkCall<Schema extends z.ZodType> {
  readonly path: string;
  /** Absent = GET. */
  readonly body?: unknown;
  readonly schema: Schema;
  /** Id of what is asked for, for error texts. */
  readonly object?: string;
  /** The new family tells success by the HTTP status, the legacy one by `errcode`. */
  readonly family?: 'new';
}

type Sent = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'json'> & { readonly base: string };

const IP_BLOCK_MINUTES = 5;
const digest = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

const tokenRequest = (settings: DingtalkSettings): Record<TokenEndpoint, Sent> => {
  const { apiBase, newApiBase, clientId, clientSecret, corpId } = settings;
  return {
    legacy: {
      base: apiBase,
      method: 'GET',
      path: '/gettoken',
      query: { appkey: clientId, appsecret: clientSecret },
    },
    new: {
      base: newApiBase,
      method: 'POST',
      path: '/v1.0/oauth2/accessToken',
      json: { appKey: clientId, appSecret: clientSecret },
    },
    unified: {
      base: newApiBase,
      method: 'POST',
      path: `/v1.0/oauth2/${encodeURIComponent(corpId)}/token`,
      json: { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' },
    },
  };
};

/** One company's app on both API families; holds the pacing, the token and the translation of failures. */
export class DingtalkClient {
  readonly settings: DingtalkSettings;
  readonly #services: PlatformServices;
  readonly #connection: OpenConnection;
  readonly #signal: AbortSignal;
  #calls = 0;
  #pausedUntil: number | undefined;

  constructor(services: PlatformServices, connection: OpenConnection, signal: AbortSignal) {
    this.#services = services;
    this.#connection = connection;
    this.#signal = signal;
    this.settings = readSettings(connection);
  }

  get calls(): number {
    return this.#calls;
  }

  /** Instant (epoch milliseconds) until which the platform has asked us to wait, when that is still to come. */
  get pausedUntil(): number | undefined {
    const until = this.#pausedUntil;
    return until !== undefined && until > this.#services.clock.now() ? until : undefined;
  }

  /**
   * Calls with token, pacing and the repetitions that the error's class allows; the answer is validated.
   * Throws `PLATFORM_*`, or the signal's reason.
   */
  async call<Schema extends z.ZodType>(call: DingtalkCall<Schema>): Promise<z.output<Schema>> {
    const { budget } = this.#services;
    const { apiBase, clientId, callsPerSecond } = this.settings;
    const rateKey = digest(apiBase, clientId, call.path);
    let token = '';
    const once = async (): Promise<z.output<Schema>> => {
      token = await this.#token();
      await budget.acquire(rateKey, { perSecond: callsPerSecond }, this.#signal);
      const answer = await this.#send({
        base: apiBase,
        method: call.body === undefined ? 'GET' : 'POST',
        path: call.path,
        query: { access_token: token },
        json: call.body,
      });
      try {
        return this.#read(answer, call);
      } catch (error) {
        if (error instanceof AppError && error.code === 'PLATFORM_THROTTLED' && error.retryAt !== undefined)
          budget.penalise(rateKey, error.retryAt);
        throw error;
      }
    };
    return this.#retried(once, () => this.#services.tokens.drop(this.#tokenKey, token));
  }

  /** A token straight from the platform, past the cache. Throws `PLATFORM_CREDENTIALS_INVALID` and others. */
  async fetchToken(): Promise<Token> {
    const { tokenEndpoint, clientId } = this.settings;
    const request = tokenRequest(this.settings)[tokenEndpoint];
    try {
      return await this.#retried(async () =>
        this.#read(await this.#send(request), {
          path: request.path,
          schema: tokenAnswers[tokenEndpoint],
          ...(tokenEndpoint === 'legacy' ? {} : { family: 'new' }),
        }),
      );
    } catch (error) {
      if (error instanceof AppError && error.code === 'PLATFORM_TOKEN_INVALID')
        throw new AppError('PLATFORM_CREDENTIALS_INVALID', { details: { clientId }, cause: error });
      throw error;
    }
  }

  /** Any answer of the token endpoint, even an error, proves the way to the platform (row W-DD-03). */
  async reach(): Promise<void> {
    const { base, method, path } = tokenRequest(this.settings)[this.settings.tokenEndpoint];
    await this.#send({ base, method, path, ...(method === 'POST' ? { json: {} } : {}) });
  }

  get tokenBase(): string {
    return tokenRequest(this.settings)[this.settings.tokenEndpoint].base;
  }

  get #tokenKey(): string {
    const { clientId, clientSecret, apiBase, newApiBase, tokenEndpoint, corpId } = this.settings;
    return digest(apiBase, newApiBase, tokenEndpoint, corpId, clientId, clientSecret);
  }

  #token(): Promise<string> {
    return this.#services.tokens.get(this.#tokenKey, () => this.fetchToken(), this.#signal);
  }

  async #send(request: Sent): Promise<HttpAnswer> {
    this.#calls += 1;
    const { allowPrivateNetwork } = this.#connection;
    return this.#services.http.send({ ...request, allowPrivateNetwork }, this.#signal);
  }

  async #retried<T>(call: () => Promise<T>, refreshToken?: () => void): Promise<T> {
    try {
      return await withRetry(this.#services, call, {
        signal: this.#signal,
        onWait: (until) => {
          this.#pausedUntil = until;
        },
        ...(refreshToken === undefined ? {} : { refreshToken }),
      });
    } catch (error) {
      // A page instead of JSON, again and again, is how the platform blocks an address.
      if (error instanceof AppError && error.details['reason'] === 'HTML')
        throw this.#blocked(undefined, error);
      throw error;
    }
  }

  #blocked(minutes = IP_BLOCK_MINUTES, cause?: unknown): AppError {
    const retryAt = this.#services.clock.now() + minutes * 60_000;
    return new AppError('PLATFORM_IP_BLOCKED', { retryAt, cause });
  }

  #read<Schema extends z.ZodType>(answer: HttpAnswer, call: DingtalkCall<Schema>): z.output<Schema> {
    const { status } = answer;
    const api = call.path;
    if (status >= 300 && status < 400)
      throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api, reason: `redirect (${status})` } });
    if (status >= 500 && !answer.text.trimStart().startsWith('{'))
      throw new AppError('PLATFORM_BUSY', { details: { api } });
    if (status === 429) throw this.#failure('90018', '', answer, call);
    const body = parseAnswer(answer.text, api);
    const blocked = blockedAnswer.safeParse(body);
    if (blocked.success) throw this.#blocked(blocked.data.wait);
    this.#refuseFailure(body, answer, call);
    const read = call.schema.safeParse(body);
    if (read.success) return read.data;
    const issue = read.error.issues[0];
    const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`;
    throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api, reason } });
  }

  #refuseFailure(body: unknown, answer: HttpAnswer, call: DingtalkCall<z.ZodType>): void {
    const legacy = legacyEnvelope.safeParse(body);
    if (legacy.success) {
      const { errcode, errmsg = '', sub_code: sub = '', sub_msg: submsg } = legacy.data;
      if (errcode !== '0') throw this.#failure(sub === '' ? errcode : sub, submsg ?? errmsg, answer, call);
      return;
    }
    const failure = newFailure.safeParse(body);
    if (failure.success && answer.status >= 400) {
      const { code, message = '', accessdenieddetail } = failure.data;
      const scopes = accessdenieddetail?.requiredScopes?.join(',') ?? '';
      throw this.#failure(code, scopes === '' ? message : `${message} [${scopes}]`, answer, call);
    }
    if (answer.status >= 500) throw new AppError('PLATFORM_BUSY', { details: { api: call.path } });
    if (call.family !== 'new' || answer.status >= 300)
      throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api: call.path, reason: 'no errcode' } });
  }

  #failure(vendorCode: string, message: string, answer: HttpAnswer, call: DingtalkCall<z.ZodType>): AppError {
    const now = this.#services.clock.now();
    const { clientId, clientSecret } = this.settings;
    const limit = /Q[ps]mLimit|QpsLimit/i.test(vendorCode) && !dingtalkErrors.has(vendorCode);
    const failure = {
      vendorCode: limit ? '90018' : vendorCode,
      vendorMessage: message.replaceAll(clientSecret, '***'),
      api: call.path,
      clientId,
      ...(call.object === undefined ? {} : { object: call.object }),
    };
    const error = translateVendorError(dingtalkErrors, failure);
    if (error.code !== 'PLATFORM_THROTTLED') {
      // Unlisted codes of a server fault pass by themselves more often than not.
      if (error.code === 'PLATFORM_UNKNOWN_ERROR' && answer.status >= 500)
        return new AppError('PLATFORM_BUSY', { details: error.details });
      return error;
    }
    const told = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1000;
    const platformNow = Date.parse(answer.headers.get('date') ?? '') || now;
    const wait = throttleWaitMs(message, platformNow) ?? (told > 0 ? told : 1000);
    return new AppError(error.code, { details: error.details, retryAt: now + wait });
  }
}

import type { Agent, fetch as undiciFetch } from 'undici';
import { AppError } from '../../domain/index.ts';
import { callAddress, checkBase, guardedLookup, type ResolveHost, resolveHost } from './address-guard.ts';

export type Fetch = typeof undiciFetch;

export interface HttpRequest {
  /** The connection's configured base; nothing else is ever called. */
  readonly base: string;
  readonly allowPrivateNetwork: boolean;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/`; also names the call in error texts. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a JSON body. */
  readonly json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`, where that is asked for instead. */
  readonly form?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
}

export interface HttpClient {
  /**
   * One request, one answer whatever its status; redirects are not followed. Errors:
   * `PLATFORM_ADDRESS_FORBIDDEN`, `_NAME_UNRESOLVED`, `_UNREACHABLE`, `_TLS_FAILED`, `_TIMEOUT`, `_ANSWER_INVALID`
   * (too long). An abort by the caller rejects with the signal's reason.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly fetch?: Fetch;
  readonly resolve?: ResolveHost;
  /** Milliseconds to open a connection, default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for the whole call including the body, default 15,000. */
  readonly totalTimeoutMs?: number;
  /** Bytes of a decompressed body after which it is given up, default 16 MiB. */
  readonly maxBodyBytes?: number;
}

interface Answering {
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): ReadableStreamDefaultReader<Uint8Array> } | null;
}

const readBody = async (response: Answering, maxBytes: number, api: string): Promise<string> => {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      const reason = `longer than ${maxBytes} bytes`;
      throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api, reason } });
    }
    chunks.push(value);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const rootCauses = (error: unknown): unknown[] => {
  const chain: unknown[] = [];
  for (let link = error; link instanceof Error && chain.length < 10; link = link.cause) {
    chain.push(link);
    if (link instanceof AggregateError) chain.push(...link.errors);
  }
  return chain;
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** What a failed fetch means, told by the codes of Node's and undici's errors. */
export const transportError = (error: unknown, url: URL, seconds: number): AppError => {
  const causes = rootCauses(error);
  const known = causes.find((cause) => cause instanceof AppError);
  if (known instanceof AppError) return known;
  const codes = causes.map(codeOf).filter((code) => code !== '');
  const host = url.host;
  const has = (pattern: RegExp): string | undefined => codes.find((code) => pattern.test(code));
  const timedOut = causes.some((cause) => cause instanceof Error && cause.name === 'TimeoutError');
  if (timedOut || has(/_TIMEOUT$|^ETIMEDOUT$/) !== undefined)
    return new AppError('PLATFORM_TIMEOUT', { details: { host, api: url.pathname, seconds }, cause: error });
  if (has(/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|ENODATA|ESERVFAIL)$/) !== undefined)
    return new AppError('PLATFORM_NAME_UNRESOLVED', { details: { host }, cause: error });
  const tls = has(/CERT|^ERR_TLS|^ERR_SSL|^EPROTO$|SELF_SIGNED|UNABLE_TO_/);
  if (tls !== undefined)
    return new AppError('PLATFORM_TLS_FAILED', { details: { host, reason: tls }, cause: error });
  const reason = codes.at(-1) ?? (error instanceof Error ? error.message : 'unknown');
  return new AppError('PLATFORM_UNREACHABLE', { details: { host, reason }, cause: error });
};

interface Net {
  readonly fetch: Fetch;
  readonly open: Agent;
  readonly strict: Agent;
}

/** The client's library is loaded by the first call: it takes 80 ms of a start that makes none. */
const openNet = async (options: HttpClientOptions, totalMs: number): Promise<Net> => {
  const { Agent, fetch } = await import('undici');
  const agentFor = (allowPrivateNetwork: boolean): Agent =>
    new Agent({
      connect: {
        lookup: guardedLookup(options.resolve ?? resolveHost, allowPrivateNetwork),
        timeout: options.connectTimeoutMs ?? 5_000,
      },
      // Re-opening a connection adds a handshake to a call, and thereby jitter to the pacing.
      keepAliveTimeout: 30_000,
      headersTimeout: totalMs,
      bodyTimeout: totalMs,
    });
  // Two pools, because a socket that was opened under the lax rule must not serve the strict one.
  return { fetch: options.fetch ?? fetch, open: agentFor(true), strict: agentFor(false) };
};

/** Body and the type that is told with it; a type among the request's own headers wins. */
const bodyOf = ({
  json,
  form,
}: HttpRequest): { readonly type: string; readonly body: string } | undefined => {
  if (form !== undefined)
    return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(form).toString() };
  return json === undefined ? undefined : { type: 'application/json', body: JSON.stringify(json) };
};

/** The one way by which adapters reach the net: guarded addresses, time-outs, bounded bodies, no redirects. */
export const createHttpClient = (options: HttpClientOptions = {}): HttpClient => {
  const totalMs = options.totalTimeoutMs ?? 15_000;
  const maxBytes = options.maxBodyBytes ?? 16 * 1024 * 1024;
  let opened: Promise<Net> | undefined;
  const net = (): Promise<Net> => {
    opened ??= openNet(options, totalMs);
    return opened;
  };

  return {
    async send(request, signal) {
      signal.throwIfAborted();
      const url = callAddress(
        checkBase(request.base, request.allowPrivateNetwork),
        request.path,
        request.query,
      );
      const { fetch, open, strict } = await net();
      const limit = AbortSignal.timeout(totalMs);
      const sent = bodyOf(request);
      try {
        const response = await fetch(url, {
          method: request.method,
          headers: {
            accept: 'application/json',
            ...(sent === undefined ? {} : { 'content-type': sent.type }),
            ...request.headers,
          },
          ...(sent === undefined ? {} : { body: sent.body }),
          redirect: 'manual',
          signal: AbortSignal.any([signal, limit]),
          dispatcher: request.allowPrivateNetwork ? open : strict,
        });
        const text = await readBody(response as Answering, maxBytes, request.path);
        return { status: response.status, headers: response.headers, text };
      } catch (error) {
        signal.throwIfAborted();
        throw transportError(error, url, totalMs / 1000);
      }
    },
    async close() {
      const standing = await opened;
      await Promise.all([standing?.open.close(), standing?.strict.close()]);
    },
  };
};

import type { ChangeEvent, ConnectionApp, OpenConnection } from '../domain/index.ts';

/** A request at a callback address, before anything of it is believed. */
export interface CallbackRequest {
  readonly method: 'GET' | 'POST';
  /** Decoded once; a literal `+` in the address has stayed a plus. */
  readonly query: Readonly<Record<string, string>>;
  /** UTF-8 text, at most 256 kB; empty for GET. */
  readonly body: string;
}

export interface CallbackAnswer {
  readonly contentType: string;
  readonly body: string;
}

/** What a verified request says, and how the platform wants it answered, always with HTTP 200. */
export interface CallbackReception {
  readonly events: readonly ChangeEvent[];
  readonly answer: CallbackAnswer;
}

/** An app of a connection with the keys of its callback opened. Never stored, logged or cached beyond the call. */
export interface FeedApp {
  readonly connection: OpenConnection;
  readonly app: ConnectionApp;
  /** Application key (client id) of the app, `null` when none was typed in. */
  readonly appKey: string | null;
  /** Secret of that key, for platforms at which an app registers or connects in its own name. */
  readonly appSecret?: string | null;
  readonly token: string;
  /** 43 letters and digits: base64 of the AES key without its last character. */
  readonly aesKey: string;
}

/** What a platform is told when it is to call us. */
export interface CallbackAddress {
  readonly url: string;
  readonly token: string;
  readonly aesKey: string;
}

/**
 * Word of changes from a platform, declared by the flows that receive it. Implementations hold no database: they verify,
 * decrypt and read, and everything that they return is a hint (see `ChangeHint`).
 */
export interface ChangeFeed {
  /**
   * Verifies and reads one request. Awaits nothing, so that the answer is quick. The signature is compared in constant
   * time before anything is decrypted; a time stamp more than five minutes from `now` is refused.
   * @throws AppError CALLBACK_REFUSED, the same for every reason, so that nobody learns from it
   */
  receive(feed: FeedApp, request: CallbackRequest, now: Date): CallbackReception;

  /** For platforms at which the address can be registered by a call instead of by hand. */
  readonly registration?: {
    /** Registers the address, or changes the registered one; the platform calls it while this waits. */
    register(feed: FeedApp, address: CallbackAddress, signal: AbortSignal): Promise<void>;
    /** The address that is registered now, `null` when there is none. */
    registered(feed: FeedApp, signal: AbortSignal): Promise<{ readonly url: string } | null>;
    remove(feed: FeedApp, signal: AbortSignal): Promise<void>;
  };

  /**
   * Pushes that had failed, at most one portion; reading takes them off the platform's list, so they must be stored before
   * the next portion is asked for. `more` = there are others.
   */
  failedEvents?(
    connection: OpenConnection,
    signal: AbortSignal,
  ): Promise<{ readonly events: readonly ChangeEvent[]; readonly more: boolean }>;

  /**
   * Holds a long connection and hands over each event; it is acknowledged when `onEvent` resolves, and asked for again
   * when it rejects. Reconnects by itself, with growing pauses; ends when the signal does, or with an error that only
   * people can mend. `onState` tells when it is connected and when it has lost its connection.
   */
  stream?(
    feed: Omit<FeedApp, 'token' | 'aesKey'>,
    listener: {
      readonly onEvent: (event: ChangeEvent) => Promise<void>;
      readonly onState: (state: 'CONNECTED' | 'WAITING', detail: string) => void;
    },
    signal: AbortSignal,
  ): Promise<void>;
}

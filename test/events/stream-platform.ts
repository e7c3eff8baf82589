import { randomUUID } from 'node:crypto';
import { AppError, type ChangeEvent, type ChangeHint } from '../../src/domain/index.ts';
import type { Platform } from '../../src/ports/platform.ts';

/** One long connection, in the hands of a test. */
export interface OpenStream {
  /** Sends an event; resolves when it was acknowledged. */
  send(event: ChangeEvent): Promise<void>;
  readonly ended: boolean;
}

/** A platform in memory whose long connections and list of failed pushes a test looks into. */
export interface StreamPlatform {
  readonly platform: Platform;
  /** Connections as they were opened, the ended ones too. */
  readonly opened: OpenStream[];
  /** Portions of the list of failed pushes; taken off it as they are read. */
  readonly failed: ChangeEvent[][];
  /** The next connection is refused like this. */
  refuse(code: 'PLATFORM_CREDENTIALS_INVALID' | null): void;
}

export const changeEvent = (...hints: readonly ChangeHint[]): ChangeEvent => ({
  dedupeKey: randomUUID(),
  type: 'changed',
  occurredAt: null,
  hints,
});

export const streamPlatform = (name = 'streaming'): StreamPlatform => {
  const opened: OpenStream[] = [];
  const failed: ChangeEvent[][] = [];
  let refusal: 'PLATFORM_CREDENTIALS_INVALID' | null = null;
  const platform: Platform = {
    name,
    label: { zh: name, en: name },
    settings: [],
    permissions: [],
    accountIdKinds: ['id'],
    changeFeed: {
      receive: () => {
        throw new AppError('CALLBACK_REFUSED');
      },
      failedEvents: async () => {
        const events = failed.shift() ?? [];
        return { events, more: failed.length > 0 };
      },
      stream: async (_app, { onEvent, onState }, signal) => {
        if (refusal !== null) throw new AppError(refusal);
        onState('CONNECTED', 'open');
        const stream = { send: onEvent, ended: false };
        opened.push(stream);
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
        stream.ended = true;
      },
    },
  };
  return {
    platform,
    opened,
    failed,
    refuse: (code) => {
      refusal = code;
    },
  };
};

import {
  type DestinationStream,
  destination,
  type Logger,
  type LoggerOptions,
  pino,
  stdTimeFunctions,
} from 'pino';
import { describeError } from './describe-error.ts';
import { redact } from './redact.ts';

export type { Logger } from 'pino';

interface LogSettings {
  readonly level: string;
  /** Where lines go; standard output by default. */
  readonly to?: DestinationStream;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Options of the one logger: a JSON object a line, time in ISO 8601, level by name, secrets and personal data
 * replaced, errors described without the records they quote.
 */
const options = (level: string): LoggerOptions => ({
  level,
  base: { service: 'muster' },
  timestamp: stdTimeFunctions.isoTime,
  serializers: { err: describeError, error: describeError },
  hooks: {
    // Without a text of its own, pino would take the error's message, which may name people.
    logMethod([first, ...rest], method) {
      const fields: unknown = first instanceof Error ? { err: first } : first;
      if (isRecord(fields)) method.apply(this, [fields, ...(rest.length === 0 ? [''] : rest)] as never);
      else method.apply(this, [first, ...rest] as never);
    },
  },
  formatters: {
    level: (label) => ({ level: label }),
    log: (line) => {
      const { err, error, ...rest } = line;
      const shown = redact(rest);
      return {
        ...(isRecord(shown) ? shown : {}),
        ...(err === undefined ? {} : { err }),
        ...(error === undefined ? {} : { error }),
      };
    },
  },
});

export const createLogger = (settings: LogSettings): Logger =>
  pino(options(settings.level), settings.to ?? destination({ dest: 1, sync: false }));

/** A logger whose every line carries the id of the request it belongs to. */
export const forRequest = (logger: Logger, requestId: string): Logger => logger.child({ requestId });

import { type App, startApp } from './app.ts';
import { type Environment, readConfig } from './config/index.ts';
import { AppError } from './domain/index.ts';
import type { Bootstrapped } from './flows/sign-in/bootstrap.ts';

/** Milliseconds after which a stop that hangs is cut off. */
const CUT_OFF_MS = 10_000;

export interface RunOptions {
  readonly environment: Environment;
  readonly onReady?: () => void;
}

const tell = (...lines: readonly string[]): void => {
  process.stderr.write(`${lines.join('\n')}\n`);
};

/** One sentence and what to do about it, in both languages; nothing of the machinery. */
export const explain = (error: unknown): string[] => {
  if (error instanceof AppError) {
    const { text, remedy } = error;
    return [`Muster: ${text.en}. ${remedy.en}`, `Muster：${text.zh}。${remedy.zh}`];
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [`Muster could not start: ${message}`];
};

const announce = (bootstrapped: Bootstrapped): void => {
  process.stdout.write(
    [
      '',
      '  First administrator / 首位管理员（密码只显示这一次 / shown only this once）',
      `    tenant 租户    ${bootstrapped.tenantCode}`,
      `    user 用户名    ${bootstrapped.userName}`,
      `    password 密码  ${bootstrapped.password}`,
      '',
      '',
    ].join('\n'),
  );
};

const stopOnce = (app: App): ((signal: NodeJS.Signals) => void) => {
  let stopping = false;
  return (signal) => {
    // Somebody who asks twice does not want to wait.
    if (stopping) process.exit(1);
    stopping = true;
    app.deps.logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), CUT_OFF_MS).unref();
    void app.stop().then(() => process.exit(0));
  };
};

/** Runs the gateway until SIGTERM or SIGINT. A start that fails tells why in one sentence and ends with code 1. */
export const run = async (options: RunOptions): Promise<void> => {
  try {
    const app = await startApp(readConfig(options.environment), { onBootstrapped: announce });
    const stop = stopOnce(app);
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    await app.jobsStarted;
    options.onReady?.();
  } catch (error) {
    tell(...explain(error));
    process.exit(1);
  }
};

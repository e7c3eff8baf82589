/*
 * A process that runs an embedded server and does nothing else, for tests that kill it. Says `ready` or the code of
 * the refusal as one JSON line and stops on SIGTERM.
 */
import { AppError } from '../../src/domain/index.ts';
import { startEmbedded } from '../../src/store/embedded/index.ts';

const [dataDir = '', systemRoot = ''] = process.argv.slice(2);
const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

// Keeps the process alive; the server itself does not.
const life = setInterval(() => undefined, 60_000);
try {
  const server = await startEmbedded({ dataDir, systemRoot, durable: true });
  process.once('SIGTERM', async () => {
    await server.stop();
    clearInterval(life);
  });
  say({ ready: true, app: server.app });
} catch (error) {
  say({ ready: false, code: error instanceof AppError ? error.code : String(error), message: String(error) });
  clearInterval(life);
}

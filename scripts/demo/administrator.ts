import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../../src/app.ts';
import { type Client, Refused } from './client.ts';
import { CHANGE_PASSWORD, SIGN_IN } from './operations.ts';
import { StepFailed } from './tell.ts';

const stored = z.object({
  tenant: z.string(),
  userName: z.string(),
  /** What Muster printed; good for one change. */
  first: z.string(),
  password: z.string(),
});
export type Administrator = z.infer<typeof stored>;

/** The demo remembers its administrator, so that it can run again on the same data. Nothing but the demo does so. */
const fileOf = (dataDir: string): string => join(dataDir, 'demo-administrator.json');

const remembered = async (app: App, dataDir: string): Promise<Administrator> => {
  const file = fileOf(dataDir);
  if (app.bootstrapped !== null) {
    const { tenantCode, userName, password: first } = app.bootstrapped;
    const password = `Demo-${randomBytes(9).toString('base64url')}-1a`;
    const administrator = { tenant: tenantCode, userName, first, password };
    // Before anything else, so that a demo that is stopped here can go on.
    await writeFile(file, JSON.stringify(administrator), { mode: 0o600 });
    return administrator;
  }
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) {
    throw new StepFailed(`these data are not the demo's; delete ${dataDir} or set another MUSTER_DATA_DIR`);
  }
  return stored.parse(JSON.parse(text));
};

/** Signs in as the administrator; the first password is exchanged before it is good for anything else. */
export const signInAsAdministrator = async (
  client: Client,
  app: App,
  dataDir: string,
): Promise<Administrator> => {
  const administrator = await remembered(app, dataDir);
  const { tenant, userName, first, password } = administrator;
  const change = (error: unknown): Promise<string> => {
    if (!(error instanceof Refused)) throw error;
    return client.ask(CHANGE_PASSWORD, {
      input: { tenant, userName, oldPassword: first, newPassword: password },
    });
  };
  client.use(await client.ask(SIGN_IN, { input: { tenant, userName, password } }).catch(change));
  return administrator;
};

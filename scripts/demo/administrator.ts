import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../../src/app.ts';
import type { Client } from './client.ts';
import { CHANGE_PASSWORD, SIGN_IN } from './operations.ts';

const stored = z.object({ tenant: z.string(), userName: z.string(), password: z.string() });
export type Administrator = z.infer<typeof stored>;

/** The demo remembers its administrator, so that it can run again on the same data. Nothing but the demo does so. */
const fileOf = (dataDir: string): string => join(dataDir, 'demo-administrator.json');

/** Signs in as the administrator: with the first password, which must be exchanged, or with the remembered one. */
export const signInAsAdministrator = async (
  client: Client,
  app: App,
  dataDir: string,
): Promise<Administrator> => {
  const first = app.bootstrapped;
  if (first === null) {
    const known = stored.parse(JSON.parse(await readFile(fileOf(dataDir), 'utf8')));
    client.use(await client.ask(SIGN_IN, { input: known }));
    return known;
  }
  const password = `Demo-${randomBytes(9).toString('base64url')}-1a`;
  const administrator = { tenant: first.tenantCode, userName: first.userName, password };
  const { tenant, userName } = administrator;
  const input = { tenant, userName, oldPassword: first.password, newPassword: password };
  client.use(await client.ask(CHANGE_PASSWORD, { input }));
  await writeFile(fileOf(dataDir), JSON.stringify(administrator), { mode: 0o600 });
  return administrator;
};

/*
 * `npm run reset-password [-- <tenant code> <user name>]`: prints a password for one sign-in; by default of the first
 * administrator. For whoever operates the installation, when nobody who may reset it can sign in any more.
 */

import { createPasswords } from '../src/flows/sign-in/passwords.ts';
import { recoverAccess } from '../src/flows/sign-in/recover-access.ts';
import { createLogger } from '../src/logging/index.ts';
import { withStore } from './with-store.ts';

const [tenantCode = 'main', userName = 'admin'] = process.argv.slice(2);

await withStore(async ({ database, secrets }) => {
  const deps = {
    db: database,
    secrets,
    platforms: new Map(),
    passwords: createPasswords(),
    logger: createLogger({ level: 'silent' }),
    now: () => new Date(),
  };
  const password = await recoverAccess(deps, { tenantCode, userName });
  console.log(`tenant ${tenantCode}\nuser ${userName}\npassword ${password}`);
  return true;
});

/* `npm run rekey`: puts every secret under the first key of MUSTER_MASTER_KEY. May be killed and run again. */
import { rekey } from '../src/store/rekey.ts';
import { withStore } from './with-store.ts';

await withStore(async ({ database, secrets }) => {
  const { examined, rewrapped, unreadable } = await rekey(database, secrets);
  console.log(`${examined} secrets, ${rewrapped} put under the current key, ${unreadable.length} unreadable`);
  for (const where of unreadable) console.log(`unreadable: ${where}`);
  return unreadable.length === 0;
});

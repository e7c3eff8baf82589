import { defineTask } from './task.ts';
import { timed } from './timed.ts';

/** Makes the next signing key when it is due and erases those that nobody needs any more. */
export const rotateKeysTask = defineTask({
  name: 'rotate-keys',
  payload: timed,
  cron: '*/5 * * * *',
  run: async (context) => {
    const { rotateSigningKeys } = await import('../src/flows/sign-in/signing-keys.ts');
    await rotateSigningKeys(context);
  },
});

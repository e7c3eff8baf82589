import { readConfig } from '../src/config/index.ts';
import { AppError } from '../src/domain/errors/index.ts';
import { openStore, type Store } from '../src/store/open-store.ts';

/**
 * Runs a command on the storage that the environment names, beside a running Muster or alone. The process ends
 * with 0 when `work` resolves to true; an error that somebody can mend is told in a sentence.
 */
export const withStore = async (work: (store: Store) => Promise<boolean>): Promise<void> => {
  try {
    const store = await openStore(readConfig(process.env), { server: 'attach' });
    try {
      process.exitCode = (await work(store)) ? 0 : 1;
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(`${error.text.en}\n${error.remedy.en}\n${error.text.zh}\n${error.remedy.zh}`);
    process.exitCode = 1;
  }
};

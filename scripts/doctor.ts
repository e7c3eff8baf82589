/*
 * `npm run doctor` checks this installation; with `-- --connection <id or name>` a stored connection, with
 * `-- --platform <name> --setting key=value …` one that is stored nowhere. Ends with 1 when something must be mended.
 */
import { parseArgs } from 'node:util';
import { checkStored, checkTyped } from './doctor/check-connection.ts';
import { checkInstallation } from './doctor/check-installation.ts';
import { languageOf, printFindings } from './doctor/report.ts';
import { withStore } from './with-store.ts';

const USAGE = `npm run doctor -- [--lang zh|en]
  [--connection <id or name> | --platform <name> --setting <name>=<value> … [--allow-private-network]]`;

const readArguments = () => {
  try {
    return parseArgs({
      options: {
        connection: { type: 'string' },
        platform: { type: 'string' },
        setting: { type: 'string', multiple: true, default: [] },
        'allow-private-network': { type: 'boolean', default: false },
        lang: { type: 'string' },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
};

const pair = (text: string): [string, string] => {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

const values = readArguments();
const language = languageOf(values.lang, process.env);
if (values.connection !== undefined) {
  const { connection } = values;
  await withStore((store) => printFindings(checkStored(store, connection), language));
} else if (values.platform !== undefined) {
  const isWell = await printFindings(
    checkTyped({
      platform: values.platform,
      settings: Object.fromEntries(values.setting.map(pair)),
      allowPrivateNetwork: values['allow-private-network'],
    }),
    language,
  );
  process.exitCode = isWell ? 0 : 1;
} else {
  process.exitCode = (await printFindings(checkInstallation(), language)) ? 0 : 1;
}

/*
 * `npm run demo`: Muster on an embedded PostgreSQL beside a simulated company; runs the main journey once before your
 * eyes and stays up. With `-- --once` it ends after the run, with 0 only if every step held.
 */
import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { generateCompany } from '../simulators/company/index.ts';
import { startDingTalkSimulator } from '../simulators/dingtalk/index.ts';
import { startScimServer } from '../simulators/scim/index.ts';
import { BEFORE_RESTRICTIONS, startWeComSimulator } from '../simulators/wecom/index.ts';
import { type App, startApp } from '../src/app.ts';
import { readConfig } from '../src/config/index.ts';
import { explain } from '../src/run.ts';
import { signInAsAdministrator } from './demo/administrator.ts';
import { createClient, Refused } from './demo/client.ts';
import { connect, edit, pullAgainAndRevert, pullAndCommit, showRoster } from './demo/journey.ts';
import { push } from './demo/push.ts';
import { clearSecondCompany, travel } from './demo/second-company.ts';
import { pushToScim } from './demo/second-target.ts';
import { headline, line, StepFailed } from './demo/tell.ts';

const once = process.argv.includes('--once');

const configuration = () =>
  readConfig({
    LOG_LEVEL: 'warn',
    MUSTER_MODE: 'development',
    // A run that ends by itself disturbs nobody who listens on the usual port.
    PORT: once ? '0' : '8080',
    HOST: '127.0.0.1',
    MUSTER_DATA_DIR: resolve('.muster/demo'),
    ...process.env,
  });

const startPlatform = () => {
  const company = generateCompany({
    seed: 20_261_121,
    people: 200,
    orgUnits: 24,
    messy: true,
    name: '示例公司',
  });
  return startDingTalkSimulator({ company });
};

/** A small company at another platform, whose app was made before the platform began to hide numbers. */
const startSecondPlatform = () =>
  startWeComSimulator({
    // Other people each time: those of an earlier run are in the roster already.
    company: { seed: randomInt(1_000_000), people: 20, orgUnits: 4, name: '远山制造' },
    apps: [{ createdAt: BEFORE_RESTRICTIONS }],
  });

const stayUp = (app: App, stop: () => Promise<void>): void => {
  const end = (): void => void stop().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  line('');
  line(`Muster stays up at ${app.address}/graphql; Ctrl-C ends it.`);
};

const main = async (): Promise<void> => {
  const config = configuration();
  headline(
    `Start: PostgreSQL and Muster on ${config.databaseUrl === null ? config.dataDir : 'DATABASE_URL'}`,
  );
  const app = await startApp(config);
  const platform = await startPlatform();
  const service = await startScimServer({ settings: { auth: 'bearer' } });
  const second = await startSecondPlatform();
  const stop = async (): Promise<void> => {
    await app.stop();
    await platform.close();
    await second.close();
    await service.close();
  };
  try {
    line(`Muster ${app.address} · simulated DingTalk ${platform.url}, ${platform.people().length} people`);
    const client = createClient(app.address);
    const administrator = await signInAsAdministrator(client, app, config.dataDir);
    line(`signed in as ${administrator.userName}`);
    const connectionId = await connect(client, platform);
    await clearSecondCompany(client);
    await pullAndCommit(client, connectionId);
    await showRoster(client);
    await edit(client);
    await pullAgainAndRevert(client, connectionId, platform);
    await push({ client, connectionId, platform });
    await pushToScim(client, service);
    await travel({
      client,
      address: app.address,
      wecom: second,
      dingtalk: platform,
      dingtalkConnectionId: connectionId,
    });
    headline('Every step held');
    const { tenant, userName, password } = administrator;
    line(`sign in: tenant ${tenant}, user ${userName}, password ${password}`);
  } catch (error) {
    await stop();
    throw error;
  }
  if (once) await stop();
  else stayUp(app, stop);
};

try {
  await main();
} catch (error) {
  const isStep = error instanceof StepFailed || error instanceof Refused;
  console.error(`\n${isStep ? error.message : explain(error).join('\n')}`);
  process.exitCode = 1;
}

import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Config, readConfig } from '../../src/config/index.ts';
import { loadSigningKeys } from '../../src/flows/sign-in/load-signing-keys.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { queueLoad } from '../../src/store/queries/job-workers.ts';
import { isStillCurrent } from '../../src/store/schema-state.ts';
import { type Finding, findingOf } from './report.ts';

const LEAST_FREE_GIGABYTES = 1;
/** Tokens and signatures allow for this much, in seconds. */
const CLOCK_TOLERANCE_S = 5;

type Check = (store: Store, config: Config) => Promise<Omit<Finding, 'code'>>;

const existingParent = (path: string): string => (existsSync(path) ? path : existingParent(dirname(path)));

const disk = async (config: Config): Promise<Finding> => {
  const { bavail, bsize } = await statfs(existingParent(config.dataDir));
  const gigabytes = (bavail * bsize) / 2 ** 30;
  const [zh, en] = [`剩余 ${gigabytes.toFixed(1)} GB`, `${gigabytes.toFixed(1)} GB free`];
  return {
    code: 'DISK',
    subject: config.dataDir,
    status: gigabytes < LEAST_FREE_GIGABYTES ? 'FAIL' : 'PASS',
    message: { zh, en },
    remedy: {
      zh: `请腾出至少 ${LEAST_FREE_GIGABYTES} GB 空间，或用 MUSTER_DATA_DIR 指定其他目录。`,
      en: `Free at least ${LEAST_FREE_GIGABYTES} GB, or choose another directory with MUSTER_DATA_DIR.`,
    },
  };
};

const schema: Check = async ({ database }) => ({
  subject: 'muster',
  status: (await isStillCurrent(database)) ? 'PASS' : 'FAIL',
  message: { zh: '数据库结构与本版本一致', en: 'the schema is that of this version' },
});

const clock: Check = async ({ database }) => {
  const sent = Date.now();
  const theirs = await database.system(async (client) => {
    const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
    return rows[0]?.now.getTime() ?? 0;
  });
  const seconds = Math.abs(theirs - (sent + Date.now()) / 2) / 1_000;
  return {
    subject: 'PostgreSQL',
    status: seconds > CLOCK_TOLERANCE_S ? 'FAIL' : 'PASS',
    message: {
      zh: `与数据库时钟相差 ${seconds.toFixed(1)} 秒`,
      en: `${seconds.toFixed(1)} s from the database's clock`,
    },
    remedy: { zh: '请在两台机器上启用 NTP。', en: 'Let NTP set the clocks of both machines.' },
  };
};

const keys: Check = async ({ database, secrets, masterKeys }) => {
  const opened = await loadSigningKeys({ db: database, secrets });
  return {
    subject: `master key ${masterKeys.current.id}`,
    status: 'PASS',
    message: {
      zh: `能打开 ${opened.length} 个签名密钥`,
      en: `opens ${opened.length} signing keys`,
    },
  };
};

const jobs: Check = async ({ database }) => {
  const { waiting, running, abandoned } = await queueLoad(database);
  return {
    subject: 'queue',
    status: abandoned > 0 ? 'WARN' : 'PASS',
    message: {
      zh: `等待 ${waiting}，执行中 ${running}，已放弃 ${abandoned}`,
      en: `${waiting} waiting, ${running} running, ${abandoned} given up`,
    },
    remedy: { zh: '请在日志中查看“job failed”。', en: 'Look for “job failed” in the log.' },
  };
};

const CHECKS: readonly (readonly [string, Check])[] = [
  ['SCHEMA', schema],
  ['CLOCK', clock],
  ['KEYS', keys],
  ['JOBS', jobs],
];

const configured = (): Config | Finding => {
  try {
    return readConfig(process.env);
  } catch (error) {
    return findingOf({ code: 'CONFIGURATION', subject: 'environment' }, error);
  }
};

async function* checkStore(config: Config): AsyncGenerator<Finding> {
  const subject = config.databaseUrl === null ? `embedded, ${config.dataDir}` : 'DATABASE_URL';
  const store = await openStore(config, { server: 'attach' }).catch((error: unknown) =>
    findingOf({ code: 'DATABASE', subject }, error),
  );
  if ('status' in store) return yield store;
  yield { code: 'DATABASE', subject, status: 'PASS', message: { zh: '可以连接', en: 'answers' } };
  try {
    for (const [code, check] of CHECKS) {
      yield await check(store, config)
        .then((found) => ({ ...found, code }))
        .catch((error: unknown) => findingOf({ code, subject }, error));
    }
  } finally {
    await store.close();
  }
}

/** Configuration, disk, database, schema, clock, keys and queue of this installation. */
export async function* checkInstallation(): AsyncGenerator<Finding> {
  const config = configured();
  if ('status' in config) return yield config;
  yield {
    code: 'CONFIGURATION',
    subject: 'environment',
    status: 'PASS',
    message: { zh: '没有错误', en: 'no mistakes' },
  };
  yield await disk(config);
  yield* checkStore(config);
}

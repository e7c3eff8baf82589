import { randomBytes } from 'node:crypto';
import { readTable } from './batch-files.ts';
import { checkJob, type JobInput, type JobType, type ResultRow, runJob } from './batch-work.ts';
import type { CallbackTarget } from './callbacks.ts';
import { Failure, fail } from './failures.ts';
import { eventHead } from './notices.ts';
import type { Params } from './params.ts';
import type { Handler, Route, World } from './world.ts';

const KEPT = 5;
const USER_COLUMNS = ['姓名', '帐号'];
const PARTY_COLUMNS = ['部门名称', '部门ID', '父部门ID'];

interface Job {
  readonly id: string;
  readonly type: JobType;
  readonly total: number;
  /** 1 started, 2 running, 3 done. */
  status: 1 | 2 | 3;
  /** What ended the whole job, `null` when nothing did. */
  failure: Failure | null;
  result: readonly ResultRow[];
}

/** Batch jobs of the corp: one at a time, the last five remembered. */
export interface Batch {
  readonly jobs: Job[];
  readonly purged: Set<string>;
  /** Departments that a replacement left out and that still held people. */
  readonly doomed: Set<number>;
}

export function createBatch(): Batch {
  return { jobs: [], purged: new Set(), doomed: new Set() };
}

const start =
  (type: JobType): Handler =>
  (world, { params, now, app }) => {
    const { batch, settings, media, scheduler } = world;
    if (batch.jobs.some((job) => job.status < 3)) fail(302008);
    const mediaId = params.text('media_id');
    const file = mediaId ? media.get(mediaId, now) : undefined;
    if (!file) fail(40007);
    const table = readTable(file.bytes, type === 'replace_party' ? PARTY_COLUMNS : USER_COLUMNS);
    const input: JobInput = { type, table, invites: params.bool('to_invite') !== false };
    if (settings.batchChecks === 'request') checkJob(world, input);
    const callback = callbackOf(params);
    const job = remember(batch, { type, total: table.rows.length });
    scheduler.after(settings.batchJobMs / 2, () => {
      job.status = 2;
    });
    scheduler.after(settings.batchJobMs, () => {
      finish(world, job, input);
      if (callback) tell(world, job, { callback, clientId: app.clientId });
    });
    return { jobid: job.id };
  };

function callbackOf(params: Params): CallbackTarget | undefined {
  const given = params.object('callback');
  const { url, token, encodingaeskey } = given ?? {};
  if (!given || url === undefined || url === '') return undefined;
  if (typeof url !== 'string' || typeof token !== 'string' || typeof encodingaeskey !== 'string')
    fail(40058, 'callback incomplete');
  if (encodingaeskey.length !== 43) fail(40058, 'callback.encodingaeskey invalid');
  return { url, token, encodingAesKey: encodingaeskey };
}

function remember({ jobs, purged }: Batch, { type, total }: Pick<Job, 'type' | 'total'>): Job {
  const id = `jobid_${randomBytes(16).toString('hex')}`;
  const job: Job = { id, type, total, status: 1, failure: null, result: [] };
  jobs.push(job);
  if (jobs.length > KEPT) purged.add((jobs.shift() as Job).id);
  return job;
}

function finish(world: World, job: Job, input: JobInput): void {
  try {
    checkJob(world, input);
    job.result = runJob(world, input, world.batch.doomed);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    job.failure = error;
  }
  job.status = 3;
}

function tell(
  world: World,
  { id, type, failure }: Job,
  { callback, clientId }: { callback: CallbackTarget; clientId: string },
): void {
  world.callbacks.sendTo(callback, clientId, [
    ...eventHead(world, 'batch_job_result'),
    [
      'BatchJob',
      [
        ['JobId', id],
        ['JobType', type],
        ['ErrCode', { bare: failure?.code ?? 0 }],
        ['ErrMsg', failure?.message ?? 'ok'],
      ],
    ],
  ]);
}

const getResult: Handler = ({ batch }, { params }) => {
  const id = params.text('jobid') ?? '';
  const job = batch.jobs.find((one) => one.id === id);
  if (!job) fail(batch.purged.has(id) ? 40089 : 40088);
  if (job.failure) throw job.failure;
  const percentage = { 1: 0, 2: 50, 3: 100 }[job.status];
  return { status: job.status, type: job.type, total: job.total, percentage, result: job.result };
};

const JOB = { method: 'POST', access: 'edit', writes: true } as const;

export const BATCH_ROUTES: readonly Route[] = [
  { ...JOB, path: '/cgi-bin/batch/syncuser', handle: start('sync_user') },
  { ...JOB, path: '/cgi-bin/batch/replaceuser', handle: start('replace_user') },
  { ...JOB, path: '/cgi-bin/batch/replaceparty', handle: start('replace_party') },
  { method: 'GET', path: '/cgi-bin/batch/getresult', access: 'contacts', handle: getResult },
];

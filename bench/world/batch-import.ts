import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedCompany } from './simulator.ts';

/** One person's new title. */
export interface TitleChange {
  readonly userid: string;
  readonly name: string;
  readonly title: string;
}

interface Answer {
  readonly errcode: number;
  readonly errmsg: string;
}
interface JobResult extends Answer {
  readonly status: 1 | 2 | 3;
  readonly result: readonly { readonly userid: string; readonly errcode: number }[];
}

const LOOK_MS = 200;
const DONE = 3;

const told = async <Body>(answer: Response): Promise<Body> => {
  const body = (await answer.json()) as Body & Partial<Answer>;
  if ((body.errcode ?? 0) !== 0) throw new Error(`${body.errcode} ${body.errmsg}`);
  return body;
};

/** A table as the platform's template has it, with the columns that are to be written alone. */
const tableOf = (changes: readonly TitleChange[]): string =>
  ['姓名,帐号,职位', ...changes.map(({ userid, name, title }) => `${name},${userid},${title}`)].join('\r\n');

/**
 * Changes people by one file: upload, job, questions for its result. Throws when a row was not carried out.
 * @returns calls that it took
 */
export const importBatch = async (
  { told: company }: SimulatedCompany,
  changes: readonly TitleChange[],
): Promise<number> => {
  const { url, corpId, contactsSecret } = company;
  let calls = 0;
  const call = async <Body>(path: string, init?: RequestInit): Promise<Body> => {
    calls += 1;
    return told<Body>(await fetch(`${url}/cgi-bin/${path}`, init));
  };
  const secrets = `corpid=${corpId}&corpsecret=${contactsSecret}`;
  const { access_token } = await call<{ access_token: string }>(`gettoken?${secrets}`);
  const token = `access_token=${access_token}`;
  const form = new FormData();
  form.set('media', new File([tableOf(changes)], 'people.csv', { type: 'text/csv' }));
  const upload = { method: 'POST', body: form };
  const { media_id } = await call<{ media_id: string }>(`media/upload?${token}&type=file`, upload);
  const body = JSON.stringify({ media_id, to_invite: false });
  const { jobid } = await call<{ jobid: string }>(`batch/syncuser?${token}`, { method: 'POST', body });
  for (;;) {
    const { status, result } = await call<JobResult>(`batch/getresult?${token}&jobid=${jobid}`);
    if (status === DONE) {
      const failed = result.filter(({ errcode }) => errcode !== 0);
      if (failed.length > 0 || result.length !== changes.length)
        throw new Error(`${failed.length} of ${result.length} rows failed`);
      return calls;
    }
    await sleep(LOOK_MS);
  }
};

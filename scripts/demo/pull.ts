import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { IMPORT_RUN, type Row, type Run, STAGED_ACCOUNTS, START_IMPORT } from './operations.ts';
import { countsOf, line, must, plain, StepFailed } from './tell.ts';

const WORKING = new Set(['QUEUED', 'FETCHING', 'STAGING']);

/** Starts an import and shows how it comes along, until it waits for review. */
export const pull = async (client: Client, connectionId: string): Promise<Run> => {
  let run = await client.ask(START_IMPORT, { input: { connectionId, scope: 'ALL' } });
  let shown = '';
  while (WORKING.has(run.phase)) {
    await sleep(100);
    run = await client.ask(IMPORT_RUN, { id: run.id });
    const { pages, orgUnits, accounts, calls } = run.progress;
    const progress = `${run.phase} · ${pages} pages · ${orgUnits} units · ${accounts} people · ${calls} calls`;
    if (progress !== shown) line(progress);
    shown = progress;
  }
  if (run.phase !== 'REVIEW')
    throw new StepFailed(`the import ended as ${run.phase} (${run.error?.text ?? '–'})`);
  must(run.statement?.complete === true, 'the fetch is complete: as many people as the platform counts');
  return run;
};

export const showCounts = ({ counts }: Run): void => {
  if (counts === null) throw new StepFailed('the run has no counts');
  line(
    `org units: ${counts.orgUnits.rows} rows (${countsOf(counts.orgUnits.actions)}), unchanged ${counts.unchangedOrgUnits}`,
  );
  line(
    `people:    ${counts.accounts.rows} rows (${countsOf(counts.accounts.actions)}), unchanged ${counts.unchangedAccounts}`,
  );
  line(`issues:    ${countsOf(counts.accounts.issues)}`);
};

export const rowsOf = (client: Client, run: Run, filter: object): Promise<Row[]> =>
  client.ask(STAGED_ACCOUNTS, { runId: run.id, filter });

/** One wrong row of each kind, with what is wrong and what to do. */
export const showWrong = (rows: readonly Row[]): void => {
  const seen = new Set<string>();
  for (const { name, issues } of rows) {
    const issue = issues.find(({ blocking }) => blocking);
    if (issue === undefined || seen.has(issue.code)) continue;
    seen.add(issue.code);
    line(`${issue.code.padEnd(20)} ${name ?? '(no name)'}: ${issue.text}`);
  }
};

/** What each row would do, field by field. */
export const showChanges = (rows: readonly Row[]): void => {
  for (const { name, action, decision, changes } of rows) {
    const fields = changes
      .filter(({ before, after }) => plain(before) !== plain(after))
      .map(({ field, before, after }) => `${field}: ${plain(before)} → ${plain(after)}`)
      .slice(0, 3)
      .map((text) => (text.length > 100 ? `${text.slice(0, 97)}…` : text));
    line(`${action.padEnd(8)} ${decision.padEnd(9)} ${name ?? ''}  ${fields.join('; ')}`);
  }
};

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateCompany } from '../../simulators/company/index.ts';
import {
  type DingTalkSimulator,
  NO_LIMITS,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';
import type { App } from '../../src/app.ts';
import { environmentOf, startGateway } from '../app/gateway.ts';
import { createTestDatabase } from '../support/index.ts';
import { type Client, pull, signInFirst } from './graphql-client.ts';

/* Goal R7: one department cannot be read, and what that means for whoever wants to commit. */
describe('an incomplete pull', () => {
  let app: App;
  let client: Client;
  let simulator: DingTalkSimulator;

  beforeAll(async () => {
    const database = await createTestDatabase();
    const company = generateCompany({ seed: 5, people: 60, orgUnits: 8 });
    simulator = await startDingTalkSimulator({ company, settings: NO_LIMITS });
    app = await startGateway(environmentOf(database));
    client = await signInFirst(app);
    await app.jobsStarted;
  });

  afterAll(async () => {
    await app.stop();
    await simulator.close();
  });

  test('is refused, and committed only by who says that he has seen it', async () => {
    const settings = {
      corpId: simulator.corp.corpId,
      clientId: simulator.app.clientId,
      clientSecret: simulator.app.clientSecret,
      apiBase: simulator.url,
      newApiBase: simulator.url,
      callsPerSecond: '1000',
    };
    const { createConnection } = await client.ask(
      `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }`,
      { input: { platform: 'dingtalk', name: '海川', enabled: true, allowPrivateNetwork: true, settings } },
    );
    const broken = simulator.departments().at(-1)?.id ?? expect.fail('no department');
    simulator.faults.add({
      api: '/topapi/v2/user/list',
      params: { dept_id: broken },
      times: null,
      fault: { kind: 'error', code: '60003', flat: true },
    });
    const run = await pull(client, createConnection.connection.id);
    expect(run.statement).toMatchObject({ complete: false });
    const COMMIT = `mutation ($input: CommitImportInput!) {
      commitImport(input: $input) { accountsCreated importRun { phase } } }`;
    const input = { runId: run.id, digest: run.digest };
    const refused = await client.refusal(COMMIT, { input });
    expect(refused.extensions.code).toBe('IMPORT_PARTIAL');
    const done = await client.ask(COMMIT, { input: { ...input, acceptIncomplete: true } });
    expect(done.commitImport.importRun.phase).toBe('COMMITTED');
    const { auditEvents } = await client.ask('{ auditEvents(first: 5) { nodes { action details } } }');
    const event = auditEvents.nodes.find(({ action }: { action: string }) => action === 'import.commit');
    expect(event.details).toMatchObject({ acceptIncomplete: true });
  });
});

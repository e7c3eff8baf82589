import { beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { accountPrincipal, machinePrincipal } from '../schema/gateway.ts';
import { accountsIn, csvOf, openLinks } from './support.ts';

const links = await openLinks();
const { gateway, company, copies, upload } = links;
let connection: string;

beforeAll(async () => {
  connection = await copies.connection('甲平台');
});

const remoteUnit = async (
  externalId: string,
  name: string,
  more: { parent?: string; gone?: boolean } = {},
) => {
  const id = newId();
  await gateway.testDatabase.look(
    `insert into muster.remote_org_unit (tenant_id, id, connection_id, external_id, parent_external_id, name, value,
       content_hash, gone_at) values ($1, $2, $3, $4, $5, $6, '{}', '', case when $7 then now() end)`,
    [company.tenantId, id, connection, externalId, more.parent ?? null, name, more.gone ?? false],
  );
  return id;
};
const unit = async (name: string): Promise<string> => {
  const { data } = await gateway.ask(
    company.owner,
    'mutation ($input: CreateOrgUnitInput!) { createOrgUnit(input: $input) { orgUnit { id } } }',
    { input: { parentId: company.rootId, name } },
  );
  return data.createOrgUnit.orgUnit.id;
};
const link = (orgUnitId: string, remoteOrgUnitId: string, who = company.owner) =>
  gateway.ask(
    who,
    `mutation ($input: LinkOrgUnitInput!) { linkOrgUnit(input: $input) {
       link { id externalId remoteName origin createdById } orgUnit { name links { id connectionName } } } }`,
    { input: { orgUnitId, remoteOrgUnitId } },
  );

test('a unit is linked by hand, once, and unlinked again (W-DD-46)', async () => {
  const [id, remote] = [await unit('研发部'), await remoteUnit('10', '研发中心')];
  const made = await link(id, remote);
  expect(made.data.linkOrgUnit).toMatchObject({
    link: { externalId: '10', remoteName: '研发中心', origin: 'MANUAL', createdById: company.owner.id },
    orgUnit: { name: '研发部', links: [{ connectionName: '甲平台' }] },
  });
  const linkId = made.data.linkOrgUnit.link.id;
  expect((await link(id, remote)).data.linkOrgUnit.link.id).toBe(linkId);

  expect((await link(await unit('市场部'), remote)).errors[0]?.extensions).toMatchObject({
    code: 'REMOTE_ORG_UNIT_LINKED',
    field: ['input', 'remoteOrgUnitId'],
    text: { zh: expect.stringContaining('研发部') },
  });
  expect((await link(id, await remoteUnit('11', '另一个'))).errors[0]?.extensions).toMatchObject({
    code: 'ORG_UNIT_LINKED',
    field: ['input', 'orgUnitId'],
  });

  const unlink = () =>
    gateway.ask(
      company.owner,
      `mutation { unlinkOrgUnit(input: { linkId: "${linkId}" }) { linkId orgUnit { links { id } } } }`,
    );
  expect((await unlink()).data.unlinkOrgUnit).toEqual({ linkId, orgUnit: { links: [] } });
  expect((await unlink()).errors[0]?.extensions.code).toBe('NOT_FOUND');
  const audited = await gateway.testDatabase.look<{ action: string }>(
    `select action from muster.audit_event where object_id = $1 and action like 'orgUnit.%link' order by id`,
    [id],
  );
  expect(audited.map(({ action }) => action)).toEqual(['orgUnit.link', 'orgUnit.unlink']);
});

test('neither a deleted unit nor one that is gone is linked', async () => {
  const [id, here] = [await unit('短命'), await remoteUnit('20', '在')];
  expect((await link(id, await remoteUnit('21', '不在', { gone: true }))).errors[0]?.extensions.code).toBe(
    'REMOTE_ORG_UNIT_GONE',
  );
  await gateway.ask(company.owner, `mutation { deleteOrgUnit(input: { id: "${id}" }) { orgUnit { id } } }`);
  expect((await link(id, here)).errors[0]?.extensions.code).toBe('ORG_UNIT_DELETED');
});

test('of ten who link one unit at once, one does', async () => {
  const id = await unit('争抢');
  const remotes = await Promise.all(Array.from({ length: 10 }, (_, i) => remoteUnit(`race${i}`, `r${i}`)));
  const answers = await Promise.all(remotes.map((remote) => link(id, remote)));
  expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
});

test('copies of units are listed, by what a form asks for', async () => {
  const root = await remoteUnit('r', '根');
  await remoteUnit('r1', '一部', { parent: 'r' });
  await remoteUnit('r2', '二部', { parent: 'r', gone: true });
  await link(company.rootId, root);
  const idsOf = async (filter: object) => {
    const { data, errors } = await gateway.ask(
      company.owner,
      `query ($c: ID!, $filter: RemoteOrgUnitFilter) { remoteOrgUnits(connectionId: $c, filter: $filter) {
         totalCount nodes { externalId orgUnitId } } }`,
      { c: connection, filter },
    );
    expect(errors).toEqual([]);
    return data.remoteOrgUnits.nodes.map(({ externalId }: { externalId: string }) => externalId);
  };
  expect(await idsOf({ parentExternalId: 'r' })).toEqual(['r1', 'r2']);
  expect(await idsOf({ parentExternalId: 'r', gone: false })).toEqual(['r1']);
  expect(await idsOf({ search: '一部' })).toEqual(['r1']);
  expect(await idsOf({ linked: true, search: '根' })).toEqual(['r']);
});

test('one command takes all links of people away, but of those who stand above (W-DD-42)', async () => {
  const other = await copies.connection('乙平台');
  const names = ['u1', 'u2', 'boss'];
  const accounts = await accountsIn(
    links,
    names.map((userName) => ({ userName })),
  );
  for (const name of names) await copies.person(other, name);
  const file = { content: csvOf(names.map((name) => [name, name])), query: 'field=userName' };
  await upload(other, file);
  await gateway.testDatabase.look(
    "insert into muster.role_grant (tenant_id, account_id, role) values ($1, $2, 'OWNER')",
    [company.tenantId, accounts.get('boss')],
  );
  const unlinkAll = async (who = company.owner) => {
    const { data, errors } = await gateway.ask(
      who,
      `mutation { unlinkAll(input: { connectionId: "${other}" }) { unlinked kept } }`,
    );
    return data?.unlinkAll ?? errors[0]?.extensions.code;
  };
  expect(await unlinkAll(machinePrincipal(company.tenantId, ['sync:write']) as never)).toBe('FORBIDDEN');
  expect(await unlinkAll(accountPrincipal(company.tenantId, ['DIRECTORY_ADMIN']))).toEqual({
    unlinked: 2,
    kept: 1,
  });
  expect(await unlinkAll()).toEqual({ unlinked: 1, kept: 0 });
  expect(await unlinkAll()).toEqual({ unlinked: 0, kept: 0 });
  const left = await gateway.testDatabase.look(
    `select (select count(*)::int from muster.remote_account where connection_id = $1) as people,
       (select count(*)::int from muster.account where tenant_id = $2 and user_name = any ($3)) as accounts,
       (select count(*)::int from muster.audit_event where action = 'account.unlink'
         and details->>'connectionId' = $1::text) as events`,
    [other, company.tenantId, names],
  );
  expect(left).toEqual([{ people: 3, accounts: 3, events: 3 }]);
});

test('not while a push is being applied', async () => {
  const busy = await copies.connection('丙平台');
  const plan = newId();
  await gateway.testDatabase.look(
    `with p as (insert into muster.sync_plan (tenant_id, id, connection_id, kind, phase)
       values ($1, $2, $3, 'FULL', 'APPLYING') returning id)
     insert into muster.sync_run (tenant_id, id, plan_id, connection_id, phase) select $1, id, id, $3, 'RUNNING' from p`,
    [company.tenantId, plan, busy],
  );
  const { errors } = await gateway.ask(
    company.owner,
    `mutation { unlinkAll(input: { connectionId: "${busy}" }) { unlinked } }`,
  );
  expect(errors[0]?.extensions).toMatchObject({ code: 'SYNC_RUN_BUSY', details: { runId: plan } });
});

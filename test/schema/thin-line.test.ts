import { expect, test } from 'vitest';
import { accountPrincipal, openGateway } from './gateway.ts';

const gateway = await openGateway();
const company = await gateway.company();

test('an owner makes a unit and an account, finds it, and reads himself', async () => {
  const unit = await gateway.ask(
    company.owner,
    `mutation($parentId: ID!) { createOrgUnit(input: { parentId: $parentId, name: " 研发部 " }) {
       orgUnit { id name path depth order version accountCount childCount parentId } } }`,
    { parentId: company.rootId },
  );
  expect(unit.errors).toEqual([]);
  const orgUnit = unit.data.createOrgUnit.orgUnit;
  expect(orgUnit).toMatchObject({ name: '研发部', path: ['测试公司', '研发部'], depth: 1, version: 1 });
  const made = await gateway.ask(
    company.owner,
    `mutation($input: CreateAccountInput!) { createAccount(input: $input) {
       account { id userName displayName mobile email orgUnit { id path } memberships { primary leader orgUnit { name } } manager { id } version } } }`,
    {
      input: {
        userName: ' wangxm ',
        displayName: '王小明',
        orgUnitId: orgUnit.id,
        mobile: '+86 138-0000-0001',
        email: 'WangXM@Example.COM',
      },
    },
  );
  expect(made.errors).toEqual([]);
  expect(made.data.createAccount.account).toMatchObject({
    userName: 'wangxm',
    mobile: '13800000001',
    email: 'WangXM@example.com',
    orgUnit: { path: ['测试公司', '研发部'] },
    memberships: [{ primary: true, leader: false, orgUnit: { name: '研发部' } }],
    manager: null,
    version: 1,
  });
  for (const search of ['明', 'wxm', 'xiaoming', '0001']) {
    const found = await gateway.ask(
      company.owner,
      `query($search: String) { accounts(filter: { search: $search }) { totalCount nodes { displayName } pageInfo { hasNextPage } } }`,
      { search },
    );
    expect(found.errors).toEqual([]);
    expect(found.data.accounts).toEqual({
      totalCount: 1,
      nodes: [{ displayName: '王小明' }],
      pageInfo: { hasNextPage: false },
    });
  }
  const self = accountPrincipal(company.tenantId, ['MEMBER'], { id: made.data.createAccount.account.id });
  const me = await gateway.ask(self, '{ me { displayName orgUnit { name } } }');
  expect(me.data.me).toEqual({ displayName: '王小明', orgUnit: { name: '研发部' } });
});

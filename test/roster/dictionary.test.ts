import { describe, expect, test } from 'vitest';
import type { AttributeDefinitionId } from '../../src/domain/index.ts';
import { createAccount } from '../../src/flows/roster/create-account.ts';
import {
  type CreateAttributeDefinitionInput,
  createAttributeDefinition,
} from '../../src/flows/roster/create-attribute-definition.ts';
import { createOrgUnit } from '../../src/flows/roster/create-org-unit.ts';
import { deleteAccount } from '../../src/flows/roster/delete-account.ts';
import { deleteAttributeDefinition } from '../../src/flows/roster/delete-attribute-definition.ts';
import { listAccounts } from '../../src/flows/roster/list-accounts.ts';
import { readAccounts } from '../../src/flows/roster/read-accounts.ts';
import { readDictionary } from '../../src/flows/roster/read-dictionary.ts';
import { restoreAccount } from '../../src/flows/roster/restore-account.ts';
import { updateAccount } from '../../src/flows/roster/update-account.ts';
import { updateAttributeDefinition } from '../../src/flows/roster/update-attribute-definition.ts';
import { createTestDatabase } from '../support/index.ts';
import { type Company, createCompany, machineOf, principalOf } from './company.ts';

const testDatabase = await createTestDatabase();
const fresh = () => createCompany(testDatabase);
const code = (expected: string) => expect.objectContaining({ code: expected });

const define = (
  company: Company,
  more: Partial<CreateAttributeDefinitionInput> = {},
): Promise<AttributeDefinitionId> =>
  createAttributeDefinition(company.as(), {
    target: 'ACCOUNT',
    name: 'extra',
    label: '附加',
    type: 'TEXT',
    ...more,
  });
const person = (company: Company, userName: string, attributes: Record<string, unknown>) =>
  createAccount(company.as(), { userName, displayName: userName, orgUnitId: company.rootId, attributes });
const projection = { fields: ['id', 'displayName', 'attributes'], orgUnit: null, memberships: null } as const;
const attributesOf = async (company: Company, id: string, who = company.as()) =>
  (await readAccounts(who, [id], projection))[0]?.['attributes'];

describe('definitions', () => {
  test('required forces editable (ID-28)', async () => {
    const company = await fresh();
    await define(company, { required: true, editable: false });
    expect(await readDictionary(company.as(), 'ACCOUNT')).toMatchObject([{ required: true, editable: true }]);
  });

  test.each<[string, Partial<CreateAttributeDefinitionInput>]>([
    ['a name with a blank', { name: 'cost centre' }],
    ['a name that begins with a digit', { name: '1st' }],
    ['a name of 65 letters', { name: 'x'.repeat(65) }],
    ['a CHOICE without choices', { type: 'CHOICE' }],
    ['choices of a TEXT', { choices: ['a'] }],
    ['a unique BOOLEAN', { type: 'BOOLEAN', unique: true }],
    ['a choice that is too long', { type: 'CHOICE', choices: ['长'.repeat(201)] }],
  ])('%s is refused', async (_what, more) => {
    const company = await fresh();
    await expect(define(company, more)).rejects.toEqual(code('ATTRIBUTE_DEFINITION_ILLEGAL'));
  });

  test('a name is taken once for each target', async () => {
    const company = await fresh();
    await define(company);
    await expect(define(company)).rejects.toEqual(code('ATTRIBUTE_NAME_TAKEN'));
    await define(company, { target: 'ORG_UNIT' });
  });

  test('the type stays while values exist, and so do choices that are used', async () => {
    const company = await fresh();
    const text = await define(company);
    const choice = await define(company, { name: 'size', type: 'CHOICE', choices: ['S', 'M'] });
    const id = await person(company, 'a', { extra: '1', size: 'S' });
    const retype = () => updateAttributeDefinition(company.as(), { id: text, type: 'NUMBER' });
    await expect(retype()).rejects.toMatchObject({ code: 'ATTRIBUTE_IN_USE', details: { count: 1 } });
    const shrink = updateAttributeDefinition(company.as(), { id: choice, choices: ['M', 'L'] });
    await expect(shrink).rejects.toEqual(code('ATTRIBUTE_IN_USE'));
    await updateAttributeDefinition(company.as(), { id: choice, choices: ['S', 'L'] });
    await updateAccount(company.as(), { id, attributes: { extra: null } });
    await retype();
  });

  test('an edit from an old version is refused', async () => {
    const company = await fresh();
    const id = await define(company);
    await updateAttributeDefinition(company.as(), { id, version: 1, label: '新' });
    await expect(updateAttributeDefinition(company.as(), { id, version: 1, label: '旧' })).rejects.toEqual(
      code('VERSION_CONFLICT'),
    );
    const unknown = 'nonsense' as AttributeDefinitionId;
    await expect(deleteAttributeDefinition(company.as(), { id: unknown })).rejects.toEqual(code('NOT_FOUND'));
  });

  test('with values it is deleted only together with them', async () => {
    const company = await fresh();
    const definition = await define(company);
    const id = await person(company, 'a', { extra: '值' });
    await expect(deleteAttributeDefinition(company.as(), { id: definition })).rejects.toEqual(
      code('ATTRIBUTE_IN_USE'),
    );
    await deleteAttributeDefinition(company.as(), { id: definition, discardValues: true });
    expect(await company.row('account', id)).toMatchObject({ attributes: {}, version: 2 });
    const [search] = await testDatabase.look<{ grams: string[] }>(
      'select grams from muster.account_search where account_id = $1',
      [id],
    );
    expect(search?.grams.filter((gram) => gram.startsWith('@'))).toEqual([]);
  });
});

describe('values', () => {
  const types = [
    ['TEXT', ' 甲 ', '甲'],
    ['NUMBER', 1.5, 1.5],
    ['BOOLEAN', false, false],
    ['DATE', '2026-02-28', '2026-02-28'],
    ['CHOICE', 'S', 'S'],
  ] as const;
  test.each(types)('of a %s are kept', async (type, given, kept) => {
    const company = await fresh();
    await define(company, { type, ...(type === 'CHOICE' ? { choices: ['S'] } : {}) });
    const id = await person(company, 'a', { extra: given });
    expect(await attributesOf(company, id)).toEqual({ extra: kept });
  });

  test.each([
    ['TEXT', 5],
    ['TEXT', '长'.repeat(2001)],
    ['NUMBER', '1'],
    ['BOOLEAN', 'true'],
    ['DATE', '2026-02-30'],
    ['DATE', '20260228'],
    ['CHOICE', 'XL'],
  ] as const)('a %s refuses %j', async (type, value) => {
    const company = await fresh();
    await define(company, { type, ...(type === 'CHOICE' ? { choices: ['S'] } : {}) });
    await expect(person(company, 'a', { extra: value })).rejects.toMatchObject({
      code: 'ATTRIBUTE_ILLEGAL',
      path: ['input', 'attributes', 'extra'],
    });
  });

  test('of nothing that is defined and enabled are refused', async () => {
    const company = await fresh();
    await define(company, { enabled: false });
    for (const name of ['extra', 'other', '__proto__']) {
      const attributes = JSON.parse(`{"${name}": "x"}`) as Record<string, unknown>;
      await expect(person(company, 'a', attributes)).rejects.toEqual(code('ATTRIBUTE_UNKNOWN'));
    }
  });

  test('that are required must be there and cannot be emptied', async () => {
    const company = await fresh();
    await define(company, { required: true });
    await expect(person(company, 'a', {})).rejects.toEqual(code('ATTRIBUTE_REQUIRED'));
    const id = await person(company, 'a', { extra: '值' });
    await expect(updateAccount(company.as(), { id, attributes: { extra: ' ' } })).rejects.toEqual(
      code('ATTRIBUTE_REQUIRED'),
    );
    await updateAccount(company.as(), { id, title: '工程师' });
  });

  test('that are not editable are written by machines alone', async () => {
    const company = await fresh();
    await define(company, { editable: false });
    await expect(person(company, 'a', { extra: '值' })).rejects.toEqual(code('ATTRIBUTE_READ_ONLY'));
    const machine = company.as(machineOf(company.tenantId));
    const id = await createAccount(machine, {
      userName: 'a',
      displayName: 'a',
      orgUnitId: company.rootId,
      attributes: { extra: '值' },
    });
    await updateAccount(company.as(), { id, attributes: { extra: '值' } });
    await expect(updateAccount(company.as(), { id, attributes: { extra: '别' } })).rejects.toEqual(
      code('ATTRIBUTE_READ_ONLY'),
    );
  });

  test('that are unique are so without regard to case, freed by deletion, claimed by restoring', async () => {
    const company = await fresh();
    await define(company, { unique: true });
    const first = await person(company, 'a', { extra: 'X-1' });
    await expect(person(company, 'b', { extra: 'x-1' })).rejects.toEqual(code('ATTRIBUTE_VALUE_TAKEN'));
    await updateAccount(company.as(), { id: first, attributes: { extra: 'x-1' } });
    await deleteAccount(company.as(), { id: first });
    const second = await person(company, 'b', { extra: 'x-1' });
    await expect(restoreAccount(company.as(), { id: first })).rejects.toEqual(code('ATTRIBUTE_VALUE_TAKEN'));
    await updateAccount(company.as(), { id: second, attributes: { extra: null } });
    await restoreAccount(company.as(), { id: first });
    await expect(person(company, 'c', { extra: '长'.repeat(501) })).rejects.toEqual(
      code('ATTRIBUTE_ILLEGAL'),
    );
  });

  test('of units are kept and checked the same way', async () => {
    const company = await fresh();
    await define(company, { target: 'ORG_UNIT', unique: true });
    const make = (name: string) =>
      createOrgUnit(company.as(), { name, parentId: company.rootId, attributes: { extra: 'E' } });
    const id = await make('甲');
    expect(await company.row('org_unit', id)).toMatchObject({ attributes: { extra: 'E' } });
    await expect(make('乙')).rejects.toEqual(code('ATTRIBUTE_VALUE_TAKEN'));
  });

  test('can become unique only when they are', async () => {
    const company = await fresh();
    const definition = await define(company);
    await person(company, 'a', { extra: '值' });
    const second = await person(company, 'b', { extra: '值' });
    const makeUnique = () => updateAttributeDefinition(company.as(), { id: definition, unique: true });
    await expect(makeUnique()).rejects.toEqual(code('ATTRIBUTE_VALUE_TAKEN'));
    await updateAccount(company.as(), { id: second, attributes: { extra: '别' } });
    await makeUnique();
    await expect(person(company, 'c', { extra: '别' })).rejects.toEqual(code('ATTRIBUTE_VALUE_TAKEN'));
  });
});

describe('finding by value', () => {
  test('needs the exact value, folded as it is compared', async () => {
    const company = await fresh();
    await define(company);
    await define(company, { name: 'grade', type: 'NUMBER' });
    const a = await person(company, 'a', { extra: '成都', grade: 7 });
    await person(company, 'b', { extra: '成都东' });
    const find = async (attributes: { name: string; value: unknown }[]) =>
      (
        await listAccounts(
          company.as(),
          { attributes, first: 10 },
          { projection, page: true, totalCount: true },
        )
      ).nodes.map((row) => row['id']);
    expect(await find([{ name: 'extra', value: '成都' }])).toEqual([a]);
    expect(await find([{ name: 'grade', value: 7 }])).toEqual([a]);
    expect(await find([{ name: 'grade', value: 8 }])).toEqual([]);
    await expect(find([{ name: 'grade', value: '7' }])).rejects.toEqual(code('ATTRIBUTE_ILLEGAL'));
    await expect(find([{ name: 'other', value: 1 }])).rejects.toEqual(code('ATTRIBUTE_UNKNOWN'));
  });

  test('sensitive values are shown to administrators and the person, and found by nobody else', async () => {
    const company = await fresh();
    await define(company, { sensitive: true });
    const id = await person(company, 'a', { extra: '机密' });
    const auditor = company.as(principalOf(company.tenantId, ['AUDITOR']));
    const self = company.as(principalOf(company.tenantId, ['MEMBER'], { id }));
    const admin = company.as(principalOf(company.tenantId, ['DIRECTORY_ADMIN']));
    expect(await attributesOf(company, id, auditor)).toEqual({});
    expect(await attributesOf(company, id, company.as(machineOf(company.tenantId)))).toEqual({});
    expect(await attributesOf(company, id, self)).toEqual({ extra: '机密' });
    expect(await attributesOf(company, id, admin)).toEqual({ extra: '机密' });
    const attributes = [{ name: 'extra', value: '机密' }];
    const options = { projection, page: true, totalCount: false };
    await expect(listAccounts(auditor, { attributes, first: 10 }, options)).rejects.toEqual(
      code('ATTRIBUTE_UNKNOWN'),
    );
  });
});

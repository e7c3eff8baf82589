import { expect, it } from 'vitest';
import { AppError, newId, type TargetField, type TargetOperation } from '../../src/domain/index.ts';
import { place, type TargetLab } from './target-scenes.ts';
import type { LimitName } from './target-stand-in.ts';

/** The declared limits are the stand-in's own: what just fits is taken, what is one more is refused. */
export const targetLimitContract = (lab: () => TargetLab): void => {
  const enforced = (limit: LimitName): boolean => lab().standIn.enforces.has(limit);
  const taken = async (operation: TargetOperation) =>
    expect((await lab().apply(operation)).outcome).toBe('DONE');
  const refused = async (operation: TargetOperation): Promise<void> => {
    const before = await lab().held();
    const error = await lab()
      .apply(operation)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).row.retry.kind).toBe('never');
    expect(await lab().held()).toEqual(before);
  };

  const unit = (parentExternalId: string | null, name: string): TargetOperation => ({
    kind: 'CREATE_ORG_UNIT',
    orgUnitId: newId<'OrgUnit'>(),
    parentExternalId,
    name,
  });

  it('declares fields that differ, with lengths, and asks for those that are required', () => {
    const { fields, operations } = lab().capabilities;
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
    for (const { rule, label, required, clearable } of fields) {
      expect(rule.maxLength).toBeGreaterThan(0);
      expect(label.zh !== '' && label.en !== '').toBe(true);
      expect(required && clearable).toBe(false);
    }
    const values = lab().standIn.values(lab().number());
    for (const { name, rule } of fields) {
      expect(Object.keys(values)).toContain(name);
      if (rule.pattern !== undefined)
        expect(values[name] ?? '').toMatch(new RegExp(`^(?:${rule.pattern.source})$`, 'u'));
    }
    expect(operations.size).toBeGreaterThan(0);
  });

  it('declares the rule for names of units', async () => {
    if (!enforced('ORG_UNIT_NAME')) return;
    const { orgUnitName } = lab().capabilities;
    const parent = await lab().orgUnit(await lab().top());
    await taken(unit(parent, '名'.repeat(orgUnitName.maxLength)));
    await refused(unit(parent, '长'.repeat(orgUnitName.maxLength + 1)));
    if (orgUnitName.pattern === undefined) return;
    const legal = new RegExp(`^(?:${orgUnitName.pattern.source})$`, 'u');
    for (const name of ['研-发', '研,发', '研，发', '研/发', '研\\发', '研 发', '研.发', '研（发）', '研&发'])
      await (legal.test(name) ? taken : refused)(unit(parent, name));
  });

  it('refuses the name of a sibling', async () => {
    if (!enforced('SIBLING_NAMES')) return;
    const parent = await lab().orgUnit(await lab().top());
    await lab().standIn.addOrgUnits(parent, ['同名', 'Sales']);
    await refused(unit(parent, '同名'));
    await (lab().capabilities.foldOrgUnitNames ? refused : taken)(unit(parent, 'SALES'));
  });

  it('declares the depth of the tree', async () => {
    const { maxDepth, rootExternalId } = lab().capabilities;
    if (!enforced('DEPTH')) expect(maxDepth).toBeNull();
    if (maxDepth === null) return;
    let deepest = rootExternalId;
    for (let level = 1; level < maxDepth; level += 1) deepest = await lab().orgUnit(deepest);
    const { externalId } = await lab().apply(unit(deepest, '最深'));
    await refused(unit(externalId, '太深'));
  });

  it('declares the number of children', async () => {
    const { maxChildren } = lab().capabilities;
    if (!enforced('CHILDREN')) expect(maxChildren).toBeNull();
    if (maxChildren === null) return;
    const parent = await lab().orgUnit(await lab().top());
    const names = Array.from({ length: maxChildren - 1 }, (_, index) => `子${index}`);
    await lab().standIn.addOrgUnits(parent, names);
    await taken(unit(parent, '末'));
    await refused(unit(parent, '多'));
  });

  it('declares the number of units of a person', async () => {
    const { maxMemberships } = lab().capabilities;
    if (!enforced('MEMBERSHIPS')) expect(maxMemberships).toBeNull();
    if (maxMemberships === null) return;
    const parent = await lab().orgUnit(await lab().top());
    const names = Array.from({ length: maxMemberships + 1 }, (_, index) => `兼${index}`);
    const units = await lab().standIn.addOrgUnits(parent, names);
    const places = units.map((id, index) => place(id, index === 0));
    await refused({ ...(await lab().creation()), memberships: places });
    await taken({ ...(await lab().creation()), memberships: places.slice(0, maxMemberships) });
  });

  it('declares whether a person must be in a unit', async () => {
    if (!enforced('MEMBERSHIP_REQUIRED')) return;
    const operation = { ...(await lab().creation()), memberships: [] };
    await (lab().capabilities.membershipRequired ? refused : taken)(operation);
  });

  it('declares whether a unit with people can be deleted', async () => {
    if (!enforced('DELETE_ONLY_EMPTY')) return;
    const externalId = await lab().orgUnit(await lab().top());
    await lab().account([externalId, await lab().top()]);
    await (lab().capabilities.deleteOnlyEmpty ? refused : taken)({ kind: 'DELETE_ORG_UNIT', externalId });
  });

  it('never deletes a unit with others in it', async () => {
    const externalId = await lab().orgUnit(await lab().top());
    const below = await lab().orgUnit(externalId);
    if (!lab().capabilities.operations.has('DELETE_ORG_UNIT')) return;
    await lab()
      .apply({ kind: 'DELETE_ORG_UNIT', externalId })
      .catch((error: unknown) => expect(error).toBeInstanceOf(AppError));
    expect((await lab().held()).orgUnits.has(below)).toBe(true);
  });

  const each = async (work: (field: TargetField) => Promise<void>): Promise<void> => {
    for (const field of lab().capabilities.fields) await work(field);
  };

  it('declares the length of every field', async () => {
    if (!enforced('FIELD_LENGTH')) return;
    let tried = 0;
    await each(async ({ name, rule }) => {
      const fits = lab().standIn.valueOfLength(name, rule.maxLength);
      const tooLong = lab().standIn.valueOfLength(name, rule.maxLength + 1);
      if (fits === null || tooLong === null) return;
      tried += 1;
      const operation = await lab().creation({ values: { [name]: fits } });
      await taken(operation);
      expect((await lab().held()).accounts.get(operation.externalId ?? '')?.values[name] ?? fits).toBe(fits);
      await refused(await lab().creation({ values: { [name]: tooLong } }));
    });
    expect(tried).toBeGreaterThan(2);
  });

  it('declares the fields that nobody can be created without', async () => {
    if (!enforced('FIELD_REQUIRED')) return;
    await each(async ({ name, required }) => {
      const { [name]: _, ...values } = (await lab().creation()).values;
      await (required ? refused : taken)({ ...(await lab().creation()), values });
    });
  });

  it('declares the fields that no two people share', async () => {
    if (!enforced('FIELD_UNIQUE')) return;
    await each(async ({ name, unique }) => {
      const first = await lab().creation();
      await taken(first);
      const values = { [name]: first.values[name] ?? null };
      await (unique ? refused : taken)(await lab().creation({ values }));
    });
  });

  it('declares the length of ids that may be chosen', async () => {
    const { mode, rule } = lab().capabilities.accountIds;
    if (!enforced('ACCOUNT_ID_LENGTH') || mode !== 'CHOSEN') return;
    const id = `${lab().number()}-`.padEnd(rule.maxLength, 'x');
    await taken({ ...(await lab().creation()), externalId: id });
    await refused({ ...(await lab().creation()), externalId: `${id}x` });
  });
};

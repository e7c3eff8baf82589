import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { entities } from '../../src/store/entities/load.ts';
import { createTenant, createTestDatabase } from '../support/index.ts';

const { AttributeDefinitionEntity, ENTITIES } = entities();
const { database, look } = await createTestDatabase();
const { tenantId, context } = await createTenant(database);

/** Columns that no entity knows, each with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'tenant.tenant_id': 'generated from id, for the policy',
  'connection.last_range_digest': 'written by the SQL that commits an import',
  'connection.next_pull_at': 'computed when it is read',
};

/** What PostgreSQL calls the types that entities name. */
const FAMILY: Readonly<Record<string, string>> = {
  uuid: 'uuid',
  text: 'text',
  'text[]': 'ARRAY',
  int: 'integer',
  integer: 'integer',
  boolean: 'boolean',
  bool: 'boolean',
  jsonb: 'jsonb',
  bytea: 'bytea',
  timestamptz: 'timestamp with time zone',
};

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string | undefined;
  readonly nullable: boolean;
  readonly key: boolean;
}

const byName = (a: Column, b: Column): number =>
  `${a.table}.${a.column}` < `${b.table}.${b.column}` ? -1 : 1;

const mapped = (): Promise<Column[]> =>
  database.em(context, async (em) =>
    ENTITIES.flatMap((entity) => {
      const meta = em.getMetadata().get(entity);
      return meta.props.flatMap((prop) =>
        prop.fieldNames.map((column, at) => ({
          table: meta.tableName,
          column,
          type: FAMILY[prop.columnTypes[at] ?? ''] ?? prop.columnTypes[at],
          nullable: prop.nullable === true,
          key: prop.primary === true,
        })),
      );
    }).sort(byName),
  );

const stored = (tables: readonly string[]): Promise<Column[]> =>
  look<Column & Record<string, unknown>>(
    `select c.table_name as table, c.column_name as column, c.data_type as type, c.is_nullable = 'YES' as nullable,
       exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
         where i.indrelid = format('muster.%I', c.table_name)::regclass and i.indisprimary
           and a.attname = c.column_name) as key
     from information_schema.columns c where c.table_schema = 'muster' and c.table_name = any ($1)`,
    [tables],
  );

describe('entities', () => {
  test('map every column of their tables as it is, or leave it out for a reason', async () => {
    const columns = await mapped();
    const tables = [...new Set(columns.map(({ table }) => table))];
    expect(tables).toHaveLength(ENTITIES.length);
    const there = await stored(tables);
    const isLeftOut = ({ table, column }: Column): boolean => `${table}.${column}` in LEFT_OUT;
    expect(there.filter(isLeftOut)).toHaveLength(Object.keys(LEFT_OUT).length);
    expect(columns).toEqual(there.filter((column) => !isLeftOut(column)).sort(byName));
  });

  const id = newId<'AttributeDefinition'>();
  const key = { tenantId, id };
  const choices = ['NULL', '', 'a,b', '"quoted"', 'back\\slash', '{brace}', '两\n行', ' edge '];

  test('carry every text in an array, and what PostgreSQL fills in', async () => {
    const made = await database.em(context, async (em) => {
      const definition = em.create(AttributeDefinitionEntity, {
        ...key,
        target: 'ACCOUNT',
        name: 'shirt',
        label: '尺码',
        type: 'CHOICE',
        choices,
        required: false,
        editable: true,
        unique: false,
        enabled: true,
        sensitive: false,
        remark: null,
      });
      await em.flush();
      return { version: definition.version, createdAt: definition.createdAt };
    });
    expect(made).toEqual({ version: 1, createdAt: expect.any(Date) });
    expect(await look('select choices from muster.attribute_definition where id = $1', [id])).toEqual([
      { choices },
    ]);
    await database.em(context, async (em) => {
      expect((await em.findOneOrFail(AttributeDefinitionEntity, key)).choices).toEqual(choices);
    });
  });

  test('count versions as the trigger does, and write nothing when nothing changed', async () => {
    const before = await look('select version, changed_at from muster.attribute_definition where id = $1', [
      id,
    ]);
    await database.em(context, async (em) => {
      const definition = await em.findOneOrFail(AttributeDefinitionEntity, key);
      Object.assign(definition, { label: '尺码', choices: [...choices] });
    });
    expect(
      await look('select version, changed_at from muster.attribute_definition where id = $1', [id]),
    ).toEqual(before);
    const versions = await database.em(context, async (em) => {
      const definition = await em.findOneOrFail(AttributeDefinitionEntity, key);
      definition.label = '衣服尺码';
      await em.flush();
      const first = definition.version;
      definition.remark = '工装';
      await em.flush();
      return [first, definition.version];
    });
    const [row] = await look(
      'select label, remark, version, changed_at > created_at as later from muster.attribute_definition',
    );
    expect(row).toMatchObject({ label: '衣服尺码', remark: '工装', version: 3, later: true });
    expect(versions).toEqual([2, 3]);
  });

  test('refuse to overwrite a version that they have not read', async () => {
    const stale = database.em(context, async (em) => {
      const definition = await em.findOneOrFail(AttributeDefinitionEntity, key);
      await database.write(context, 'update muster.attribute_definition set enabled = false');
      definition.label = 'late';
    });
    await expect(stale).rejects.toMatchObject({ name: 'OptimisticLockError' });
    expect(await look('select label, enabled, version from muster.attribute_definition')).toEqual([
      { label: '衣服尺码', enabled: false, version: 4 },
    ]);
  });

  test('name the constraint that they break, and not what was written', async () => {
    const twice = database.em(context, async (em) => {
      const { version, createdAt, changedAt, ...first } = {
        ...(await em.findOneOrFail(AttributeDefinitionEntity, key)),
      };
      em.create(AttributeDefinitionEntity, { ...first, id: newId<'AttributeDefinition'>() });
    });
    await expect(twice).rejects.toMatchObject({
      code: '23505',
      constraint: 'attribute_definition_tenant_id_target_name_key',
      // The values of the statement stay out of what is logged.
      message: expect.not.stringContaining('衣服尺码'),
    });
  });

  test('see no other tenant and cannot write into it', async () => {
    const other = await createTenant(database, '乙公司');
    await database.em(other.context, async (em) => {
      expect(await em.findOne(AttributeDefinitionEntity, key)).toBeNull();
      expect(await em.count(AttributeDefinitionEntity, {})).toBe(0);
    });
    const foreign = database.em(other.context, async (em) => {
      await em.insert(AttributeDefinitionEntity, {
        tenantId,
        id: newId<'AttributeDefinition'>(),
        target: 'ACCOUNT',
        name: 'foreign',
        label: 'foreign',
        type: 'TEXT',
        choices: [],
        required: false,
        editable: true,
        unique: false,
        enabled: true,
        sensitive: false,
        remark: null,
      });
    });
    await expect(foreign).rejects.toMatchObject({ code: '42501' });
  });
});

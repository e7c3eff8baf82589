import type {
  AttributeDefinition,
  AttributeDefinitionId,
  AttributeTarget,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import { entities } from '../entities/load.ts';
import type { Tx } from '../transaction.ts';

const COLUMNS = `id, tenant_id as "tenantId", target, name, label, type, choices, required, editable,
  is_unique as "unique", enabled, sensitive, remark, version`;

type DefinitionRow = AttributeDefinition & Record<string, unknown>;

/** The data dictionary, by target and name. */
export const selectAttributeDefinitions = (
  db: Database,
  tenantId: TenantId,
  target: AttributeTarget | null,
): Promise<AttributeDefinition[]> =>
  db.read<DefinitionRow>(
    tenantId,
    {
      name: 'attribute_definitions',
      text: `select ${COLUMNS} from muster.attribute_definition
        where tenant_id = muster.current_tenant() and ($1::text is null or target = $1) order by target, name`,
    },
    [target],
  );

/** Enabled definitions of one target, held still against edits of the dictionary until the transaction ends. */
export const enabledDefinitions = (tx: Tx, target: AttributeTarget): Promise<AttributeDefinition[]> =>
  tx.query<DefinitionRow>(
    {
      name: 'attribute_definitions_enabled',
      text: `select ${COLUMNS} from muster.attribute_definition
        where tenant_id = $1 and target = $2 and enabled order by name for share`,
    },
    [tx.context.tenantId, target],
  );

export const lockAttributeDefinition = async (
  tx: Tx,
  id: AttributeDefinitionId,
): Promise<AttributeDefinition | null> => {
  const { AttributeDefinitionEntity, LockMode } = entities();
  const key = { tenantId: tx.context.tenantId, id };
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  const found = await tx.em.findOne(AttributeDefinitionEntity, key, { lockMode });
  // A copy: the caller compares what was with what it then writes.
  return found === null ? null : { ...found };
};

export type AttributeDefinitionFields = Omit<AttributeDefinition, 'id' | 'tenantId' | 'version'>;

export const insertAttributeDefinition = async (
  tx: Tx,
  id: AttributeDefinitionId,
  fields: AttributeDefinitionFields,
): Promise<void> => {
  const { AttributeDefinitionEntity } = entities();
  tx.em.create(AttributeDefinitionEntity, { tenantId: tx.context.tenantId, id, ...fields });
  await tx.em.flush();
};

export const updateAttributeDefinitionRow = async (
  tx: Tx,
  id: AttributeDefinitionId,
  fields: AttributeDefinitionFields,
): Promise<void> => {
  const { AttributeDefinitionEntity } = entities();
  const key = { tenantId: tx.context.tenantId, id };
  Object.assign(await tx.em.findOneOrFail(AttributeDefinitionEntity, key), fields);
  await tx.em.flush();
};

export const deleteAttributeDefinitionRow = async (tx: Tx, id: AttributeDefinitionId): Promise<void> => {
  const { AttributeDefinitionEntity } = entities();
  const key = { tenantId: tx.context.tenantId, id };
  tx.em.remove(await tx.em.findOneOrFail(AttributeDefinitionEntity, key));
  await tx.em.flush();
};

const table = (target: AttributeTarget): string =>
  target === 'ACCOUNT' ? 'muster.account' : 'muster.org_unit';

/** Objects, deleted ones included, that hold a value under a name. */
export const countAttributeValues = async (
  tx: Tx,
  target: AttributeTarget,
  name: string,
): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `select count(*)::int as count from ${table(target)} where tenant_id = $1 and attributes ? $2
       and attributes -> $2 <> 'null'`,
    [tx.context.tenantId, name],
  );
  return rows[0]?.count ?? 0;
};

/** Objects that are not deleted and hold no value under a name. */
export const countWithoutAttribute = async (
  tx: Tx,
  target: AttributeTarget,
  name: string,
): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `select count(*)::int as count from ${table(target)} where tenant_id = $1 and status <> 'DELETED'
       and coalesce(attributes -> $2, 'null') = 'null'`,
    [tx.context.tenantId, name],
  );
  return rows[0]?.count ?? 0;
};

/** Values that are not among the given choices. */
export const countOtherChoices = async (
  tx: Tx,
  target: AttributeTarget,
  options: { readonly name: string; readonly choices: readonly string[] },
): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `select count(*)::int as count from ${table(target)} where tenant_id = $1
       and attributes ->> $2 is not null and not attributes ->> $2 = any ($3::text[])`,
    [tx.context.tenantId, options.name, options.choices],
  );
  return rows[0]?.count ?? 0;
};

/** Takes a name out of all attributes of all objects; makes new versions of those that had it. */
export const discardAttributeValues = (tx: Tx, target: AttributeTarget, name: string): Promise<number> =>
  tx.execute(
    `update ${table(target)} set attributes = attributes - $2::text where tenant_id = $1 and attributes ? $2`,
    [tx.context.tenantId, name],
  );

/** Takes the elements of an attribute out of the search rows of all accounts. */
export const discardAttributeGrams = (tx: Tx, name: string): Promise<number> =>
  tx.execute(
    `update muster.account_search s set grams =
       (select coalesce(array_agg(g), '{}') from unnest(s.grams) g where not starts_with(g, '@' || $2 || '='))
     from muster.account a where a.tenant_id = $1 and s.tenant_id = $1 and a.id = s.account_id
       and exists (select from unnest(s.grams) g where starts_with(g, '@' || $2 || '='))`,
    [tx.context.tenantId, name],
  );

/** All values of an attribute with their owners, of objects that are not deleted; to make it unique. */
export const selectAttributeValues = (
  tx: Tx,
  target: AttributeTarget,
  name: string,
): Promise<{ ownerId: string; value: string | number | boolean }[]> =>
  tx.query(
    `select id as "ownerId", attributes -> $2 as value from ${table(target)} where tenant_id = $1
       and status <> 'DELETED' and coalesce(attributes -> $2, 'null') <> 'null' order by id`,
    [tx.context.tenantId, name],
  );

export interface UniqueValue {
  readonly definitionId: AttributeDefinitionId;
  readonly ownerId: string;
  /** As compared: see planner/attribute-grams.ts. */
  readonly value: string;
}

/** Takes the unique values of an owner away, of one definition or of all. */
export const releaseUniqueValues = async (
  tx: Tx,
  owner: { readonly ownerIds: readonly string[]; readonly definitionIds: readonly string[] | null },
): Promise<void> => {
  await tx.execute(
    `delete from muster.attribute_value where tenant_id = $1 and owner_id = any ($2::uuid[])
       and ($3::uuid[] is null or definition_id = any ($3::uuid[]))`,
    [tx.context.tenantId, owner.ownerIds, owner.definitionIds],
  );
};

export const releaseDefinitionValues = async (tx: Tx, definitionId: AttributeDefinitionId): Promise<void> => {
  await tx.execute('delete from muster.attribute_value where tenant_id = $1 and definition_id = $2', [
    tx.context.tenantId,
    definitionId,
  ]);
};

/** Claims unique values; answers with those that somebody else holds, which were not claimed. */
export const claimUniqueValues = async (tx: Tx, claims: readonly UniqueValue[]): Promise<UniqueValue[]> => {
  if (claims.length === 0) return [];
  const rows = await tx.query<{ definition_id: string; value: string }>(
    `insert into muster.attribute_value (tenant_id, definition_id, value, owner_id)
     select $1, r.d, r.v, r.o from unnest($2::uuid[], $3::text[], $4::uuid[]) as r (d, v, o)
     on conflict (tenant_id, definition_id, value) do nothing returning definition_id, value`,
    [
      tx.context.tenantId,
      claims.map((claim) => claim.definitionId),
      claims.map((claim) => claim.value),
      claims.map((claim) => claim.ownerId),
    ],
  );
  const claimed = new Set(rows.map((row) => `${row.definition_id} ${row.value}`));
  return claims.filter((claim) => !claimed.has(`${claim.definitionId} ${claim.value}`));
};

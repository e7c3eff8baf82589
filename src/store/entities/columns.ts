import { ArrayType, p, raw } from '@mikro-orm/core';
import type { TenantId } from '../../domain/index.ts';

/** First half of every primary key; the second is the noun's own `id`. */
export const tenantId = () => p.uuid().$type<TenantId>().primary();

/**
 * Optimistic concurrency: the row is updated only at the version that was read. The table's trigger counts to the
 * same number, also for writes that are plain SQL.
 */
export const version = () => p.integer().version();

/** When the row was made, by PostgreSQL's clock. */
export const createdAt = () => p.datetime().columnType('timestamptz').defaultRaw('clock_timestamp()');

/**
 * When the row was last changed, by PostgreSQL's clock. After an update the entity itself holds the expression until
 * it is read again.
 */
export const changedAt = () =>
  p
    .datetime()
    .columnType('timestamptz')
    .defaultRaw('clock_timestamp()')
    .onUpdate(() => raw('clock_timestamp()'));

/** `text[]` with every element quoted: MikroORM's own type leaves NULL bare and escapes line breaks as JSON does. */
class TextArrayType extends ArrayType<string> {
  override convertToDatabaseValue(value: string[] | null): string | null {
    if (value === null) return null;
    return `{${value.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
  }
}

export const textArray = () => p.type(TextArrayType).columnType('text[]');

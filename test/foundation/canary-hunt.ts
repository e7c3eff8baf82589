import type { TestDatabase } from '../support/index.ts';

/** Values that were planted, by name: each must be found nowhere. */
export class Canaries {
  readonly #values = new Map<string, string>();

  get count(): number {
    return this.#values.size;
  }

  plant(name: string, value: string): string {
    if (value.length < 8) throw new Error(`${name} is too short to be told from other text`);
    this.#values.set(name, value);
    return value;
  }

  /** Names of the canaries that stand in that text, plain or in an encoding that a program may have given them. */
  foundIn(text: string): string[] {
    const found: string[] = [];
    for (const [name, value] of this.#values) {
      const bytes = Buffer.from(value, 'utf8');
      const spellings = [
        value,
        encodeURIComponent(value),
        JSON.stringify(value).slice(1, -1),
        bytes.toString('hex'),
        // Without the last characters, which depend on what follows.
        bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
        bytes.toString('base64url').slice(0, -1),
      ];
      if (spellings.some((spelling) => text.includes(spelling))) found.push(name);
    }
    return found;
  }
}

/** Every row of every table, ours and the job queue's, as a dump would hold it. */
export const dumpOf = async (database: TestDatabase): Promise<string> => {
  const tables = await database.look<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const parts = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await database.look<{ row: string }>(`select t::text as row from ${name} t`);
      return rows.map(({ row }) => row).join('\n');
    }),
  );
  return parts.join('\n');
};

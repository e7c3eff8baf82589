import { createRequire } from 'node:module';
import { extname } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { EntityManagers } from './entity-managers.ts';

const require = createRequire(import.meta.url);

/**
 * Entity managers whose ORM is loaded when the first one is asked for: MikroORM takes 0.2 s and 46 MB, and most
 * processes and threads work with SQL alone.
 */
export class LazyEntityManagers {
  #managers: EntityManagers | null = null;

  fork(client: pg.PoolClient): EntityManager {
    this.#managers ??= this.#load();
    return this.#managers.fork(client);
  }

  async close(): Promise<void> {
    await this.#managers?.close();
  }

  #load(): EntityManagers {
    const loaded: typeof import('./entity-managers.ts') = require(
      `./entity-managers${extname(import.meta.url)}`,
    );
    return new loaded.EntityManagers();
  }
}

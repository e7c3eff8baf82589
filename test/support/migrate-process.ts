/* A process that migrates a database and says what it ran, for the test that starts ten of them. */
import type { ClientConfig } from 'pg';
import { migrateUp } from '../../src/store/migrate.ts';

const owner: ClientConfig = JSON.parse(process.argv[2] ?? '{}');
process.stdout.write(JSON.stringify(await migrateUp(owner)));

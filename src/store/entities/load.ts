import { createRequire } from 'node:module';
import { extname } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * The entities, loaded with the ORM when they are first asked for. Modules outside of this folder import only
 * types from it, so that a start stays as short as it is without them.
 */
export const entities = (): typeof import('./index.ts') => require(`./index${extname(import.meta.url)}`);

import type { ErrorRow } from './app-error.ts';

export const IMPORT_ERRORS = {} as const satisfies Record<string, ErrorRow>;

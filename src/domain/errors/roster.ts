import type { ErrorRow } from './app-error.ts';

export const ROSTER_ERRORS = {} as const satisfies Record<string, ErrorRow>;

import type { ErrorRow } from './app-error.ts';

export const SIGN_IN_ERRORS = {} as const satisfies Record<string, ErrorRow>;

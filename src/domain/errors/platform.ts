import type { ErrorRow } from './app-error.ts';

export const PLATFORM_ERRORS = {} as const satisfies Record<string, ErrorRow>;

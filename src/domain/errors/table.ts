import type { ErrorRow } from './app-error.ts';
import { EVENT_ERRORS } from './events.ts';
import { GENERAL_ERRORS } from './general.ts';
import { IMPORT_ERRORS } from './import.ts';
import { PLATFORM_ERRORS } from './platform.ts';
import { ROSTER_ERRORS } from './roster.ts';
import { SIGN_IN_ERRORS } from './sign-in.ts';
import { SYNC_ERRORS } from './sync.ts';

/** The closed table of error codes: texts may change, codes may not. `docs/errors.md` is generated from it. */
const TABLE = {
  ...GENERAL_ERRORS,
  ...ROSTER_ERRORS,
  ...IMPORT_ERRORS,
  ...PLATFORM_ERRORS,
  ...SIGN_IN_ERRORS,
  ...SYNC_ERRORS,
  ...EVENT_ERRORS,
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof TABLE;
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorRow>> = TABLE;

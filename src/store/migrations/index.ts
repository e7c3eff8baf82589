import { Foundation20261121000100 } from './20261121000100-foundation.ts';
import { Roster20261121000200 } from './20261121000200-roster.ts';
import { History20261121000300 } from './20261121000300-history.ts';
import { Federation20261121000400 } from './20261121000400-federation.ts';
import { SignIn20261121000500 } from './20261121000500-sign-in.ts';
import { Operations20261121000600 } from './20261121000600-operations.ts';
import { JobWorkers20261121000700 } from './20261121000700-job-workers.ts';
import { PrincipalChange20261121000750 } from './20261121000750-principal-change.ts';
import { ImportStaging20261121000800 } from './20261121000800-import-staging.ts';
import { Sync20261128000100 } from './20261128000100-sync.ts';
import { PushTriggers20261128000200 } from './20261128000200-push-triggers.ts';
import { CopiesSeen20261128000300 } from './20261128000300-copies-seen.ts';
import { Events20261128000400 } from './20261128000400-events.ts';
import { AgreedValues20261128000500 } from './20261128000500-agreed-values.ts';

/** All migrations in order. A merged migration is never edited; a new one sorts last. */
export const MIGRATIONS = [
  Foundation20261121000100,
  Roster20261121000200,
  History20261121000300,
  Federation20261121000400,
  SignIn20261121000500,
  Operations20261121000600,
  JobWorkers20261121000700,
  PrincipalChange20261121000750,
  ImportStaging20261121000800,
  Sync20261128000100,
  PushTriggers20261128000200,
  CopiesSeen20261128000300,
  Events20261128000400,
  AgreedValues20261128000500,
] as const;

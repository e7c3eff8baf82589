import type { ApiClient } from './api-client.ts';
import type { DirectoryReader } from './directory-reader.ts';

/** The meter of calls that several clients make, each counted once however often it is named. */
export const meterOf = (
  clients: readonly (Pick<ApiClient, 'calls' | 'pausedUntil'> | undefined)[],
  callsPerSecond: number,
): DirectoryReader['meter'] => {
  const all = [...new Set(clients)].filter((client) => client !== undefined);
  return {
    calls: () => all.reduce((sum, { calls }) => sum + calls, 0),
    callsPerSecond,
    pausedUntil: () => all.find(({ pausedUntil }) => pausedUntil !== undefined)?.pausedUntil,
  };
};

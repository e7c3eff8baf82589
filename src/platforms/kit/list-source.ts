import type { OpenConnection } from '../../domain/index.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import { checkLists, type ListDoctorSpec } from './list-doctor.ts';
import { type ListReader, snapshotByLists } from './listed-snapshot.ts';
import type { PlatformServices } from './services.ts';
import { cleanText } from './text.ts';

/** The reading side of a platform that lists all units and all people. */
export const sourceByLists = (
  services: PlatformServices,
  platform: {
    /** Throws `INPUT_INVALID` when a setting is malformed. Members may be left out when nobody asks for people. */
    open(
      connection: OpenConnection,
      how: { readonly signal: AbortSignal; readonly withMembers: boolean },
    ): ListReader;
    spec(connection: OpenConnection, signal: AbortSignal): ListDoctorSpec;
  },
): DirectorySource => ({
  async *snapshot(connection, request, signal) {
    // Whoever stops pulling ends the calls in flight as well.
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    try {
      const startUnitIds = connection.pullRules.startOrgUnitExternalIds
        .map(cleanText)
        .filter((id) => id !== '');
      const reader = platform.open(connection, { signal: both, withMembers: request.scope !== 'ORG_UNITS' });
      return yield* snapshotByLists(reader, request, { startUnitIds });
    } finally {
      stop.abort();
    }
  },
  async one(connection, { kind, externalId }, signal) {
    const reader = platform.open(connection, { signal, withMembers: true });
    return kind === 'account' ? reader.account(externalId) : reader.unit(externalId);
  },
  check: (connection, signal) =>
    checkLists(services, connection, { spec: () => platform.spec(connection, signal), signal }),
});

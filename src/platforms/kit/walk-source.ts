import type { OpenConnection } from '../../domain/index.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import type { DirectoryReader } from './directory-reader.ts';
import { checkDirectory, type DoctorSpec } from './doctor.ts';
import type { PlatformServices } from './services.ts';
import { snapshotByWalk } from './snapshot.ts';
import { cleanText } from './text.ts';
import { nullWhen } from './vendor-errors.ts';

/** The reading side of a platform whose tree is read unit by unit. */
export const sourceByWalk = (
  services: PlatformServices,
  platform: {
    /** Throws `INPUT_INVALID` when a setting is malformed. */
    open(connection: OpenConnection, signal: AbortSignal): DirectoryReader;
    spec(connection: OpenConnection, signal: AbortSignal): DoctorSpec;
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
      const reader = platform.open(connection, both);
      return yield* snapshotByWalk(reader, request, { signal: both, startUnitIds });
    } finally {
      stop.abort();
    }
  },
  async one(connection, what, signal) {
    const reader = platform.open(connection, signal);
    if (what.kind === 'account') return reader.account(what.externalId);
    return nullWhen('PLATFORM_ORG_UNIT_UNKNOWN', () => reader.unit(what.externalId));
  },
  check: (connection, signal) =>
    checkDirectory(services, connection, { spec: () => platform.spec(connection, signal), signal }),
});

import {
  AppError,
  type Connection,
  type ConnectionId,
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  type TargetCapabilities,
  type TenantId,
} from '../../domain/index.ts';
import type { Platform } from '../../ports/platform.ts';
import type { FlowContext } from '../context.ts';

/** A connection as nobody has filled in its form yet. */
const blank = (platform: Platform): Connection => ({
  id: '' as ConnectionId,
  tenantId: '' as TenantId,
  platform: platform.name,
  name: '',
  enabled: false,
  mode: 'READ_ONLY',
  settings: Object.fromEntries(
    platform.settings.flatMap(({ name, defaultValue }) =>
      defaultValue === undefined ? [] : [[name, defaultValue]],
    ),
  ),
  allowPrivateNetwork: false,
  pullRules: DEFAULT_PULL_RULES,
  pushRules: DEFAULT_PUSH_RULES,
  version: 1,
});

const capabilitiesOf = (platform: Platform, connection: Connection): TargetCapabilities | null => {
  try {
    return platform.directoryTarget?.capabilities(connection) ?? null;
  } catch (error) {
    // A setting that is missing or malformed: what the platform can take is not known before it is mended.
    if (error instanceof AppError) return null;
    throw error;
  }
};

/** What a platform can take, as far as its default settings tell; `null` when it takes nothing, or they do not. */
export const targetOfPlatform = (platform: Platform): TargetCapabilities | null =>
  capabilitiesOf(platform, blank(platform));

/** What the platform of a connection can take, by its settings; secrets stay closed. `null` as above. */
export const targetOfConnection = (
  context: FlowContext,
  connection: Connection,
): TargetCapabilities | null => {
  const platform = context.platforms.get(connection.platform);
  return platform === undefined ? null : capabilitiesOf(platform, connection);
};

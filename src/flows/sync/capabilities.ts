import { AppError, type Connection, type ConnectionId, type TargetCapabilities } from '../../domain/index.ts';
import type { DirectoryTarget } from '../../ports/directory-target.ts';
import { openConnection, requirePlatform } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';

/** @throws AppError CONNECTION_PLATFORM_UNKNOWN, CONNECTION_CANNOT_PUSH */
export const requireTarget = (context: FlowContext, platform: Connection['platform']): DirectoryTarget => {
  const target = requirePlatform(context, platform).directoryTarget;
  if (target === undefined) throw new AppError('CONNECTION_CANNOT_PUSH', { details: { platform } });
  return target;
};

/** What the platform of a connection can take. @throws AppError NOT_FOUND, CONNECTION_CANNOT_PUSH, INPUT_INVALID */
export const capabilitiesOf = async (context: FlowContext, id: ConnectionId): Promise<TargetCapabilities> => {
  const connection = await openConnection(context, id);
  return requireTarget(context, connection.platform).capabilities(connection);
};

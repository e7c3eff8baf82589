import DataLoader from 'dataloader';
import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { ConnectionId } from '../../src/domain/index.ts';
import { findConnectionApps } from '../../src/flows/connection/connection-app.ts';
import { findConnections, getConnection } from '../../src/flows/connection/manage-connection.ts';
import type { Platform } from '../../src/ports/platform.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { ConnectionAppType, ConnectionType, PlatformType } from './connection.type.ts';

interface WithSecrets {
  readonly secrets: Readonly<Record<string, string>>;
}

/** Of secrets only their names leave the house. */
export const appView = <App extends WithSecrets>({ secrets, ...app }: App) => ({
  ...app,
  secretNames: Object.keys(secrets).sort(),
});

export const connectionView = <Row extends WithSecrets & { readonly defaultPassword: string | null }>({
  secrets,
  defaultPassword,
  ...row
}: Row) => ({
  ...row,
  secretNames: Object.keys(secrets).sort(),
  hasDefaultPassword: defaultPassword !== null,
});

const platformView = ({ directorySource, ...platform }: Platform) => ({
  ...platform,
  settings: platform.settings.map(({ check: _check, ...field }) => ({
    ...field,
    choices: field.choices ?? null,
    defaultValue: field.defaultValue ?? null,
    helpLink: field.helpLink ?? null,
  })),
  canPull: directorySource !== undefined,
});

/** Apps of each of several connections, in their order. */
const readApps = async (context: GraphqlContext, ids: readonly string[]) => {
  const apps = await findConnectionApps(context.flow, { connectionIds: ids as readonly ConnectionId[] });
  return ids.map((id) => apps.filter(({ connectionId }) => connectionId === id).map(appView));
};

@Resolver(() => ConnectionType)
export class ConnectionResolver {
  @Query(() => [PlatformType], { description: 'Platforms that Muster knows, with their settings forms.' })
  async platforms(@Ctx() context: GraphqlContext) {
    return [...context.deps.platforms.values()].map(platformView);
  }

  @Query(() => [ConnectionType], { description: 'All connections, by name.' })
  async connections(@Ctx() context: GraphqlContext) {
    return (await findConnections(context.flow)).map(connectionView);
  }

  @Query(() => ConnectionType, { description: 'One connection.' })
  async connection(
    @Arg('id', () => ID, { description: 'Id of the connection.' }) id: ConnectionId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', id, ['id']);
    return connectionView(await getConnection(context.flow, { id }));
  }

  @FieldResolver(() => [ConnectionAppType])
  async apps(@Root() connection: ConnectionType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => readApps(context, ids));
    return context.loader('apps of connection', make).load(connection.id);
  }
}

import DataLoader from 'dataloader';
import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { Connection, ConnectionId } from '../../src/domain/index.ts';
import { findConnectionApps } from '../../src/flows/connection/connection-app.ts';
import { targetOfConnection, targetOfPlatform } from '../../src/flows/connection/describe-target.ts';
import { findConnections, getConnection } from '../../src/flows/connection/manage-connection.ts';
import { readPushStates } from '../../src/flows/connection/read-push-states.ts';
import { callbackUrlOf } from '../../src/flows/events/callback-address.ts';
import type { Platform } from '../../src/ports/platform.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { ConnectionAppType, ConnectionType, PlatformType } from './connection.type.ts';
import { mastersView } from './field-master.type.ts';
import { PushStateType } from './push-state.type.ts';
import { PushTargetType } from './push-target.type.ts';
import { pushRulesView, pushStateView, targetView } from './push-views.ts';

type ConnectionRow = Awaited<ReturnType<typeof getConnection>>;

type AppRow = Awaited<ReturnType<typeof findConnectionApps>>[number];

/** Of secrets only their names leave the house. */
export const appView = (context: GraphqlContext, { secrets, callbackKey, ...app }: AppRow) => ({
  ...app,
  secretNames: Object.keys(secrets).sort(),
  callbackUrl: callbackUrlOf(context.deps.publicUrl, callbackKey),
  hasCallbackToken: secrets['callbackToken'] !== undefined,
  hasCallbackAesKey: secrets['callbackAesKey'] !== undefined,
});

/** A connection of which what its platform can take is worked out when it is asked for. */
interface WithTarget {
  readonly pushTarget: Connection;
}

export const connectionView = ({ secrets, defaultPassword, ...row }: ConnectionRow) => ({
  ...row,
  secretNames: Object.keys(secrets).sort(),
  hasDefaultPassword: defaultPassword !== null,
  pullRules: { ...row.pullRules, masters: mastersView(row.pullRules.masters) },
  matchKeys: row.pullRules.matchKeys,
  pushRules: pushRulesView(row.pushRules, row.pullRules.matchKeys),
  pushTarget: row,
});

const platformView = (known: Platform) => {
  const { directorySource, directoryTarget, changeFeed, domainFile, network: _network, ...platform } = known;
  return {
    ...platform,
    settings: platform.settings.map(({ check: _check, ...field }) => ({
      ...field,
      choices: field.choices ?? null,
      defaultValue: field.defaultValue ?? null,
      helpLink: field.helpLink ?? null,
    })),
    canPull: directorySource !== undefined,
    canPush: directoryTarget !== undefined,
    eventSources: [
      ...(changeFeed === undefined ? [] : ['CALLBACK']),
      ...(changeFeed?.stream === undefined ? [] : ['STREAM']),
    ],
    canRegisterCallback: changeFeed?.registration !== undefined,
    takesDomainFile: domainFile !== undefined,
    pushTarget: targetView(targetOfPlatform(known)),
  };
};

const readStates = async (context: GraphqlContext, ids: readonly string[]) =>
  (await readPushStates(context.flow, ids)).map((row) => (row === null ? null : pushStateView(row)));

/** Apps of each of several connections, in their order. */
const readApps = async (context: GraphqlContext, ids: readonly string[]) => {
  const apps = await findConnectionApps(context.flow, { connectionIds: ids as readonly ConnectionId[] });
  return ids.map((id) =>
    apps.filter(({ connectionId }) => connectionId === id).map((app) => appView(context, app)),
  );
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

  @FieldResolver(() => PushTargetType, { nullable: true })
  pushTarget(@Root() connection: WithTarget, @Ctx() context: GraphqlContext) {
    return targetView(targetOfConnection(context.flow, connection.pushTarget));
  }

  @FieldResolver(() => PushStateType)
  async pushState(@Root() connection: ConnectionType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => readStates(context, ids));
    return context.loader('push state', make).load(connection.id);
  }
}

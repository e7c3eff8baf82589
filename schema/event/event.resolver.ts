import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { ConnectionId, EventState, ReceivedEventId } from '../../src/domain/index.ts';
import { readConnectionNetwork } from '../../src/flows/connection/connection-network.ts';
import { findDomainFiles } from '../../src/flows/events/domain-files.ts';
import {
  countReceivedEvents,
  findEvents,
  readOpenHints,
  readStreamStates,
} from '../../src/flows/events/find-events.ts';
import { ConnectionAppType, ConnectionType } from '../connection/connection.type.ts';
import { GraphqlContext } from '../context.ts';
import { failureOf } from '../failure.type.ts';
import { requireId } from '../ids.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection } from '../paging/connection.ts';
import { pageOfList } from '../paging/page-of-list.ts';
import { selectionOf } from '../selection.ts';
import { EventStateEnum } from './event.enums.ts';
import { ConnectionNetworkType, DomainFileType, ReceivedEventConnection } from './event.type.ts';
import { domainFileView, eventView } from './event-views.ts';
import { OpenHintsType } from './open-hints.type.ts';
import { AppStreamType } from './stream.type.ts';

@Resolver()
export class EventResolver {
  @Query(() => ReceivedEventConnection, { description: 'What platforms have told, newest first.' })
  async receivedEvents(
    @Arg('connectionId', () => ID, { nullable: true, description: 'Only those of this connection.' })
    connectionId: ConnectionId | null,
    @Arg('state', () => [EventStateEnum], { nullable: true, description: 'Only those in these states.' })
    state: EventState[] | null,
    @Arg('type', () => [String], {
      nullable: true,
      description: "Only those of these types, in the platform's words.",
    })
    type: string[] | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (connectionId != null) requireId('Connection', connectionId, ['connectionId']);
    const filter = {
      connectionId: connectionId ?? undefined,
      states: state ?? undefined,
      types: type ?? undefined,
    };
    const list = {
      find: (last: ReceivedEventId | undefined, size: number) =>
        findEvents(context.flow, { ...filter, after: last, first: size }),
      keyOf: ({ id }: { readonly id: ReceivedEventId }) => id,
      readKey: ({ id }: { readonly id: string }) => id as ReceivedEventId,
      count: () => countReceivedEvents(context.flow, filter),
    };
    const page = await pageOfList(list, { first, after }, selectionOf(info));
    return toConnection({ ...page, nodes: page.nodes.map(eventView) }, 'id');
  }

  @Query(() => [DomainFileType], { description: 'Files that prove domains to platforms, by host and name.' })
  async domainFiles(
    @Arg('connectionId', () => ID, { nullable: true, description: 'Only those of this connection.' })
    connectionId: ConnectionId | null,
    @Ctx() context: GraphqlContext,
  ) {
    if (connectionId != null) requireId('Connection', connectionId, ['connectionId']);
    const files = await findDomainFiles(context.flow, { connectionId: connectionId ?? undefined });
    return files.map((file) => domainFileView(context, file));
  }

  @Query(() => ConnectionNetworkType, {
    description: 'What firewalls have to let through; asks the platform, and takes up to 30 seconds.',
  })
  async connectionNetwork(
    @Arg('connectionId', () => ID, { description: 'The connection; it need not be enabled.' })
    connectionId: ConnectionId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', connectionId, ['connectionId']);
    const { failures, ...network } = await readConnectionNetwork(context.flow, { connectionId });
    return { ...network, failures: failures.map(({ code, details }) => failureOf(code, details)) };
  }
}

const readHints = async (context: GraphqlContext, ids: readonly string[]) =>
  (await readOpenHints(context.flow, ids)).map(({ ORG_UNIT, ACCOUNT, COMPANY }) => ({
    orgUnits: ORG_UNIT,
    accounts: ACCOUNT,
    company: COMPANY > 0,
  }));

@Resolver(() => ConnectionType)
export class ConnectionEventsResolver {
  @FieldResolver(() => OpenHintsType)
  async openHints(@Root() connection: ConnectionType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => readHints(context, ids));
    return context.loader('open hints', make).load(connection.id);
  }
}

const readStreams = async (context: GraphqlContext, ids: readonly string[]) =>
  (await readStreamStates(context.flow, ids)).map((row) => {
    if (row === null) return null;
    const { errorCode, errorDetails, errorAt, ...stream } = row;
    return { ...stream, lastError: failureOf(errorCode, errorDetails), lastErrorAt: errorAt };
  });

@Resolver(() => ConnectionAppType)
export class AppEventsResolver {
  @FieldResolver(() => AppStreamType, { nullable: true })
  async stream(@Root() app: ConnectionAppType, @Ctx() context: GraphqlContext) {
    if (app.eventSource !== 'STREAM') return null;
    const make = () => new DataLoader((ids: readonly string[]) => readStreams(context, ids));
    return context.loader('app stream', make).load(app.id);
  }
}

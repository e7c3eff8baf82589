import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ConnectionId } from '../../src/domain/index.ts';
import { listRemoteOrgUnits } from '../../src/flows/connection/list-remote-org-units.ts';
import { linkOrgUnit } from '../../src/flows/link/link-org-unit.ts';
import { readOrgUnitLinks } from '../../src/flows/link/read-org-unit-links.ts';
import { unlinkAll } from '../../src/flows/link/unlink-all.ts';
import { unlinkOrgUnit } from '../../src/flows/link/unlink-org-unit.ts';
import { readOrgUnits } from '../../src/flows/roster/read-org-units.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { OrgUnitType } from '../org-unit/org-unit.type.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection, wantsPage } from '../paging/connection.ts';
import { orgUnitFields } from '../projection.ts';
import { below, selectionOf } from '../selection.ts';
import {
  LinkOrgUnitInput,
  LinkOrgUnitPayload,
  OrgUnitLinkType,
  RemoteOrgUnitConnection,
  RemoteOrgUnitFilterInput,
  UnlinkAllInput,
  UnlinkAllPayload,
  UnlinkOrgUnitInput,
  UnlinkOrgUnitPayload,
} from './unit-link.type.ts';

const unitOf = async (context: GraphqlContext, id: string, info: GraphQLResolveInfo) =>
  (await readOrgUnits(context.flow, [id], orgUnitFields(below(selectionOf(info), 'orgUnit') ?? {})))[0] ??
  null;

@Resolver(() => OrgUnitType)
export class UnitLinkResolver {
  @FieldResolver(() => [OrgUnitLinkType], {
    description: 'The units of platforms that this org unit is, by the names of the connections.',
  })
  async links(@Root() unit: OrgUnitType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => readOrgUnitLinks(context.flow, ids));
    return context.loader('links of org unit', make).load(unit.id);
  }

  @Query(() => RemoteOrgUnitConnection, {
    description:
      "Last-seen copies of a connection's units, by the platform's id; the platform is not called.",
  })
  async remoteOrgUnits(
    @Arg('connectionId', () => ID, { description: 'The connection.' }) connectionId: ConnectionId,
    @Arg('filter', () => RemoteOrgUnitFilterInput, {
      nullable: true,
      description: 'Which copies; default all.',
    })
    filter: RemoteOrgUnitFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    requireId('Connection', connectionId, ['connectionId']);
    const selection = selectionOf(info);
    const options = { page: wantsPage(selection), totalCount: selection['totalCount'] !== undefined };
    const page = await listRemoteOrgUnits(context.flow, { connectionId, ...filter, first, after }, options);
    return toConnection(page, 'externalId');
  }

  @Mutation(() => LinkOrgUnitPayload, {
    description:
      'Says that a unit of a platform is this org unit, so that no pull or push makes another one. Writes nothing there.',
  })
  async linkOrgUnit(
    @Arg('input', () => LinkOrgUnitInput, { description: 'Which two.' }) input: LinkOrgUnitInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const { orgUnitId, remoteOrgUnitId } = input;
    const link = await linkOrgUnit(context.flow, { orgUnitId, remoteOrgUnitId });
    return { link, orgUnit: await unitOf(context, link.orgUnitId, info) };
  }

  @Mutation(() => UnlinkOrgUnitPayload, {
    description:
      'Takes a link away; both units stay as they are, the next pull or push finds them without one.',
  })
  async unlinkOrgUnit(
    @Arg('input', () => UnlinkOrgUnitInput, { description: 'Which link.' }) { linkId }: UnlinkOrgUnitInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const link = await unlinkOrgUnit(context.flow, { linkId });
    return { linkId: link.id, orgUnit: await unitOf(context, link.orgUnitId, info) };
  }

  @Mutation(() => UnlinkAllPayload, {
    description:
      "Takes the links of all of a connection's people away. Nobody is deleted, on neither side; links of units stay. Until people are linked again, a push would make them anew: set matching keys first.",
  })
  async unlinkAll(
    @Arg('input', () => UnlinkAllInput, { description: 'Whose.' }) { connectionId }: UnlinkAllInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', connectionId, ['input', 'connectionId']);
    return unlinkAll(context.flow, { connectionId });
  }
}

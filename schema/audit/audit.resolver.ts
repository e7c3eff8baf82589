import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Int, Query, Resolver } from 'type-graphql';
import { readAuditEvents } from '../../src/flows/roster/read-audit-events.ts';
import { GraphqlContext } from '../context.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection, wantsPage } from '../paging/connection.ts';
import { selectionOf } from '../selection.ts';
import { AuditEventConnection, AuditFilterInput } from './audit.type.ts';

@Resolver()
export class AuditResolver {
  @Query(() => AuditEventConnection, { description: 'The audit trail, newest first.' })
  async auditEvents(
    @Arg('filter', () => AuditFilterInput, { nullable: true, description: 'Which events; default all.' })
    filter: AuditFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const selection = selectionOf(info);
    const totalCount = selection['totalCount'] !== undefined;
    const options = { page: wantsPage(selection), totalCount };
    return toConnection(await readAuditEvents(context.flow, { ...filter, first, after }, options), 'id');
  }
}

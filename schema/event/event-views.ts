import type { findDomainFiles } from '../../src/flows/events/domain-files.ts';
import type { findEvents } from '../../src/flows/events/find-events.ts';
import type { GraphqlContext } from '../context.ts';
import { failureOf } from '../failure.type.ts';

type Event = Awaited<ReturnType<typeof findEvents>>[number];
type DomainFile = Awaited<ReturnType<typeof findDomainFiles>>[number];

/** An event in the shape of the API. */
export const eventView = ({ outcomeCode, outcomeDetails, ...event }: Event) => ({
  ...event,
  reason: failureOf(outcomeCode, outcomeDetails),
});

/** A file in the shape of the API; what stands in it is shown by its address to everybody. */
export const domainFileView = (context: GraphqlContext, { content: _content, ...file }: DomainFile) => ({
  ...file,
  url: `${new URL(context.deps.publicUrl).protocol}//${file.host}/${file.name}`,
});

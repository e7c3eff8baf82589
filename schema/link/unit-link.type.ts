import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { ConnectionId, LinkOrigin, OrgUnitId, RemoteOrgUnitId } from '../../src/domain/index.ts';
import { OrgUnitType } from '../org-unit/org-unit.type.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime } from '../scalars.ts';
import { LinkOriginEnum } from './link.type.ts';

@ObjectType('OrgUnitLink', {
  description: 'A unit of a platform is this org unit. Each has at most one link in a connection.',
  simpleResolvers: true,
})
export class OrgUnitLinkType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: string;

  @Field(() => String, { description: 'Name of the connection.' })
  readonly connectionName!: string;

  @Field(() => ID, { description: 'The copy of the unit.' })
  readonly remoteOrgUnitId!: string;

  @Field(() => String, { description: "The platform's own id of the unit." })
  readonly externalId!: string;

  @Field(() => String, { description: 'Name of the unit on the platform.' })
  readonly remoteName!: string;

  @Field(() => ID, { description: 'The org unit.' })
  readonly orgUnitId!: string;

  @Field(() => LinkOriginEnum, { description: 'How it came about.' })
  readonly origin!: LinkOrigin;

  @Field(() => ID, { nullable: true, description: 'The run that made it.' })
  readonly runId!: string | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => ID, { nullable: true, description: 'Who made it.' })
  readonly createdById!: string | null;
}

@ObjectType('RemoteOrgUnit', {
  description: "Muster's last-seen copy of a unit on a platform.",
  simpleResolvers: true,
})
export class RemoteOrgUnitType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: string;

  @Field(() => String, { description: "The platform's own id of the unit." })
  readonly externalId!: string;

  @Field(() => String, { nullable: true, description: "The platform's id of the unit above." })
  readonly parentExternalId!: string | null;

  @Field(() => String, { description: 'The name.' })
  readonly name!: string;

  @Field(() => DateTime, { description: 'When it was last seen.' })
  readonly seenAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'Since when it is known to be gone.' })
  readonly goneAt!: Date | null;

  @Field(() => ID, { nullable: true, description: 'The org unit that it is linked to.' })
  readonly orgUnitId!: string | null;

  @Field(() => ID, { nullable: true, description: 'That link; give it to `unlinkOrgUnit`.' })
  readonly linkId!: string | null;
}

const RemoteOrgUnitEdge = edgeOf('RemoteOrgUnitEdge', () => RemoteOrgUnitType);
export const RemoteOrgUnitConnection = connectionOf('RemoteOrgUnitConnection', {
  edge: () => RemoteOrgUnitEdge,
  node: () => RemoteOrgUnitType,
  what: "copies of units, by the platform's id",
});

@InputType('RemoteOrgUnitFilter', { description: 'Which copies; all conditions must hold.' })
export class RemoteOrgUnitFilterInput {
  @Field(() => Boolean, { nullable: true, description: 'Only linked ones, or only those that are not.' })
  readonly linked?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Only those that are gone, or only those that are not.',
  })
  readonly gone?: boolean | null;

  @Field(() => String, { nullable: true, description: "Only those directly below this platform's id." })
  readonly parentExternalId?: string | null;

  @Field(() => String, { nullable: true, description: "Part of the name or of the platform's id." })
  readonly search?: string | null;
}

@InputType('LinkOrgUnitInput', { description: 'Which two are the same unit.' })
export class LinkOrgUnitInput {
  @Field(() => ID, { description: 'The org unit; not a deleted one.' })
  readonly orgUnitId!: OrgUnitId;

  @Field(() => ID, { description: 'The copy of the unit, as `remoteOrgUnits` lists it.' })
  readonly remoteOrgUnitId!: RemoteOrgUnitId;
}

@InputType('UnlinkOrgUnitInput', { description: 'Which link.' })
export class UnlinkOrgUnitInput {
  @Field(() => ID, { description: 'The link, as `OrgUnit.links` lists it.' })
  readonly linkId!: string;
}

@ObjectType('LinkOrgUnitPayload', { description: 'The link and its org unit.', simpleResolvers: true })
export class LinkOrgUnitPayload {
  @Field(() => OrgUnitLinkType, { description: 'The link.' })
  readonly link!: OrgUnitLinkType;

  @Field(() => OrgUnitType, { nullable: true, description: 'The org unit.' })
  readonly orgUnit!: OrgUnitType | null;
}

@ObjectType('UnlinkOrgUnitPayload', {
  description: 'The link that was, and its org unit.',
  simpleResolvers: true,
})
export class UnlinkOrgUnitPayload {
  @Field(() => ID, { description: 'Id of the link that is gone.' })
  readonly linkId!: string;

  @Field(() => OrgUnitType, { nullable: true, description: 'The org unit.' })
  readonly orgUnit!: OrgUnitType | null;
}

@InputType('UnlinkAllInput', { description: 'Whose links.' })
export class UnlinkAllInput {
  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: ConnectionId;
}

@ObjectType('UnlinkAllPayload', { description: 'What was taken away.', simpleResolvers: true })
export class UnlinkAllPayload {
  @Field(() => Int, { description: 'Links that are gone.' })
  readonly unlinked!: number;

  @Field(() => Int, { description: 'Links that stay, because their accounts stand above the caller.' })
  readonly kept!: number;
}

import { v7 } from 'uuid';

/** A UUIDv7 made by Muster, branded with the noun it names so that ids of two nouns cannot be swapped. */
export type Id<Noun extends string> = string & { readonly __noun: Noun };

export type TenantId = Id<'Tenant'>;
export type OrgUnitId = Id<'OrgUnit'>;
export type AccountId = Id<'Account'>;
export type MembershipId = Id<'Membership'>;
export type AttributeDefinitionId = Id<'AttributeDefinition'>;
export type ConnectionId = Id<'Connection'>;
export type ConnectionAppId = Id<'ConnectionApp'>;
export type RemoteOrgUnitId = Id<'RemoteOrgUnit'>;
export type RemoteAccountId = Id<'RemoteAccount'>;
export type AccountLinkId = Id<'AccountLink'>;
export type ImportRunId = Id<'ImportRun'>;
export type StagedOrgUnitId = Id<'StagedOrgUnit'>;
export type StagedAccountId = Id<'StagedAccount'>;
export type ReceivedEventId = Id<'ReceivedEvent'>;
export type DomainFileId = Id<'DomainFile'>;
export type SyncPlanId = Id<'SyncPlan'>;
export type SyncRunId = Id<'SyncRun'>;
export type SessionId = Id<'Session'>;
export type MachineClientId = Id<'MachineClient'>;
export type AuditEventId = Id<'AuditEvent'>;
export type JobRunId = Id<'JobRun'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A new, time-ordered id (UUID version 7, RFC 9562 section 5.7). */
export const newId = <Noun extends string>(): Id<Noun> => v7() as Id<Noun>;

/** True when the text has the form of an id; says nothing about whether the object exists. */
export const isId = (text: string): boolean => UUID.test(text);

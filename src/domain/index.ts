/**
 * Glossary. The same words stand in the SDL, the tables, the logs and the console.
 *
 * - Tenant: one team or company; owns everything below; row-level security keeps tenants apart.
 * - OrgUnit: node of the tenant's one tree.
 * - Account: one person's (or service's) identity in the roster.
 * - Membership: account in org unit. Exactly one membership of an account is primary.
 * - AttributeDefinition: data dictionary; a typed custom attribute of accounts or org units.
 * - Connection: one company on one platform: credentials, API base address, mode, rules.
 * - ConnectionApp: an app (agent) inside a connection.
 * - RemoteOrgUnit, RemoteAccount: Muster's last-seen copy of a platform object.
 * - Link: RemoteAccount to Account or RemoteOrgUnit to OrgUnit, with how it came about.
 * - Situation: of a remote object: LINKED, UNLINKED, UNMATCHED, DISPUTED, DELETED.
 * - ImportRun: one pull: fetch, stage, review, commit or discard; revertible.
 * - StagedOrgUnit, StagedAccount: rows of an import run.
 * - SyncPlan: immutable, hashed list of PlanOperations that bring a platform to the roster's state.
 * - SyncRun: the application of exactly one plan.
 * - DirectoryChange: one row of the outbox, written in the transaction that changed the roster.
 * - ChangeHint: word from a platform that an object has changed, never what; the object is read afresh.
 * - Session: a signed-in account.
 * - JobRun: one execution of a piece of work.
 * - AuditEvent: who did what to what, when, from where, with which result; append-only.
 */
export * from './agreed.ts';
export * from './connection.ts';
export * from './errors/index.ts';
export * from './events.ts';
export * from './ids.ts';
export * from './principal.ts';
export * from './push-rules.ts';
export * from './remote.ts';
export * from './roster.ts';
export * from './staging.ts';
export * from './sync.ts';
export * from './target.ts';

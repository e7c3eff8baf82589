import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { ImportPhase, ImportScope } from '../../src/domain/index.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime, Json } from '../scalars.ts';
import { ImportPhaseEnum, ImportScopeEnum } from './import.enums.ts';

@ObjectType('CompletenessGap', {
  description: 'Why a fetch cannot vouch for having seen everything.',
  simpleResolvers: true,
})
export class CompletenessGapType {
  @Field(() => String, { description: 'Kind of the gap, e.g. COUNT_MISMATCH.' })
  readonly code!: string;

  @Field(() => String, { description: "Which object or page, in the platform's words." })
  readonly where!: string;

  @Field(() => String, { description: 'What was found.' })
  readonly detail!: string;
}

@ObjectType('CompletenessStatement', {
  description: 'What a fetch can vouch for; absence means a leaver only when it is complete.',
  simpleResolvers: true,
})
export class CompletenessStatementType {
  @Field(() => Boolean, { description: 'Everything that there is was seen.' })
  readonly complete!: boolean;

  @Field(() => [CompletenessGapType], { description: 'Why not; empty exactly when it is complete.' })
  readonly gaps!: readonly CompletenessGapType[];

  @Field(() => Int, { description: 'Pages that were fetched.' })
  readonly pages!: number;

  @Field(() => Int, { description: 'Calls to the platform.' })
  readonly calls!: number;

  @Field(() => Int, { description: 'Org units that were seen.' })
  readonly orgUnits!: number;

  @Field(() => Int, { description: 'People who were seen.' })
  readonly accounts!: number;

  @Field(() => Int, {
    nullable: true,
    description: "The platform's own head count; null when it could not be asked.",
  })
  readonly platformAccountCount!: number | null;
}

@ObjectType('GuardVerdict', { description: 'What one guard counted.', simpleResolvers: true })
export class GuardVerdictType {
  @Field(() => Int, { description: 'Rows that it counts.' })
  readonly counted!: number;

  @Field(() => Int, { description: 'Above which they are held.' })
  readonly limit!: number;

  @Field(() => Boolean, { description: 'They are held.' })
  readonly tripped!: boolean;
}

@ObjectType('ImportGuard', { description: 'What the guards found, and the quota.', simpleResolvers: true })
export class ImportGuardType {
  @Field(() => Int, { description: 'Linked accounts before the import.' })
  readonly linked!: number;

  @Field(() => GuardVerdictType, { description: 'Disables.' })
  readonly disables!: GuardVerdictType;

  @Field(() => GuardVerdictType, { description: 'Moves of people.' })
  readonly moves!: GuardVerdictType;

  @Field(() => GuardVerdictType, { description: 'Moves of org units.' })
  readonly unitMoves!: GuardVerdictType;

  @Field(() => Int, { nullable: true, description: 'Account quota of the tenant; null = unlimited.' })
  readonly quota!: number | null;

  @Field(() => Int, { description: 'Accounts that count against it before the import.' })
  readonly used!: number;

  @Field(() => Int, { description: 'Accounts after the commit of all rows that are not skipped.' })
  readonly wanted!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Why absence was not read as leaving; null when it was.',
  })
  readonly leaversRefused!: string | null;
}

@ObjectType('StagedCounts', { description: 'Numbers of the staged rows of one kind.', simpleResolvers: true })
export class StagedCountsType {
  @Field(() => Int, { description: 'All rows.' })
  readonly rows!: number;

  @Field(() => Int, { description: 'Rows that an issue keeps from being accepted.' })
  readonly blocking!: number;

  @Field(() => Json, { description: 'Rows by situation.' })
  readonly situations!: unknown;

  @Field(() => Json, { description: 'Rows by action.' })
  readonly actions!: unknown;

  @Field(() => Json, { description: 'Rows by decision.' })
  readonly decisions!: unknown;

  @Field(() => Json, { description: 'Rows by code of issue.' })
  readonly issues!: unknown;
}

@ObjectType('ImportCounts', { description: 'Numbers of a staged run.', simpleResolvers: true })
export class ImportCountsType {
  @Field(() => StagedCountsType, { description: 'People.' })
  readonly accounts!: StagedCountsType;

  @Field(() => StagedCountsType, { description: 'Org units.' })
  readonly orgUnits!: StagedCountsType;

  @Field(() => Int, { description: 'People who need no row: nothing has changed.' })
  readonly unchangedAccounts!: number;

  @Field(() => Int, { description: 'Org units that need no row.' })
  readonly unchangedOrgUnits!: number;
}

@ObjectType('ImportRun', {
  description: 'One pull: fetch, stage, review, commit or discard; revertible.',
  simpleResolvers: true,
})
export class ImportRunType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection that is pulled from.' })
  readonly connectionId!: string;

  @Field(() => ImportScopeEnum, { description: 'What is pulled.' })
  readonly scope!: ImportScope;

  @Field(() => ImportPhaseEnum, { description: 'Where it stands.' })
  readonly phase!: ImportPhase;

  @Field(() => String, { description: 'MANUAL, SCHEDULE, EVENT or PUSH.' })
  readonly trigger!: string;

  @Field(() => String, { nullable: true, description: 'Who started it.' })
  readonly requestedByName!: string | null;

  @Field(() => Boolean, { description: 'It was asked to stop.' })
  readonly cancelRequested!: boolean;

  @Field(() => Int, { description: 'Pages stored so far.' })
  readonly pages!: number;

  @Field(() => Int, { description: 'Calls to the platform so far.' })
  readonly calls!: number;

  @Field(() => Int, { nullable: true, description: 'Calls still to make, as far as known.' })
  readonly callsLeft!: number | null;

  @Field(() => Float, { nullable: true, description: 'Calls per second that the platform allows.' })
  readonly callsPerSecond!: number | null;

  @Field(() => Int, { description: 'Org units fetched so far.' })
  readonly orgUnits!: number;

  @Field(() => Int, { description: 'People fetched so far.' })
  readonly accounts!: number;

  @Field(() => DateTime, { nullable: true, description: 'When the fetch will be done, as far as known.' })
  readonly eta!: Date | null;

  @Field(() => CompletenessStatementType, {
    nullable: true,
    description: 'What the finished fetch can vouch for.',
  })
  readonly statement!: CompletenessStatementType | null;

  @Field(() => ImportGuardType, { nullable: true, description: 'What the guards found.' })
  readonly guard!: ImportGuardType | null;

  @Field(() => ImportCountsType, { nullable: true, description: 'Numbers of the staged rows.' })
  readonly counts!: ImportCountsType | null;

  @Field(() => String, {
    nullable: true,
    description: 'Digest over all rows and decisions; give it to `commitImport` to approve exactly this.',
  })
  readonly digest!: string | null;

  @Field(() => Int, { description: 'Grows with each step of the review.' })
  readonly reviewVersion!: number;

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  readonly errorCode!: string | null;

  @Field(() => Json, { nullable: true, description: 'What the code is about.' })
  readonly errorDetails!: unknown;

  @Field(() => Int, { description: 'How often a worker has taken it up.' })
  readonly attempt!: number;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When a worker took it up.' })
  readonly startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the fetch was done.' })
  readonly fetchedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was staged.' })
  readonly stagedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was committed.' })
  readonly committedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Who committed it.' })
  readonly committedByName!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was taken back.' })
  readonly revertedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  readonly endedAt!: Date | null;
}

const ImportRunEdge = edgeOf('ImportRunEdge', () => ImportRunType);
export const ImportRunConnection = connectionOf('ImportRunConnection', {
  edge: () => ImportRunEdge,
  node: () => ImportRunType,
  what: 'import runs',
});

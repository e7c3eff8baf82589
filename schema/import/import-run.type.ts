import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { CompletenessGap, ImportKind, ImportPhase, ImportScope } from '../../src/domain/index.ts';
import { ConnectionType } from '../connection/connection.type.ts';
import { ImportKindEnum } from '../event/event.enums.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime, Json } from '../scalars.ts';
import { TextType } from '../text.type.ts';
import {
  GapCodeEnum,
  ImportPhaseEnum,
  ImportScopeEnum,
  ImportTriggerEnum,
  LeaverRefusalEnum,
} from './import.enums.ts';

@ObjectType('CompletenessGap', {
  description: 'Why a fetch cannot vouch for having seen everything.',
  simpleResolvers: true,
})
export class CompletenessGapType {
  @Field(() => GapCodeEnum, { description: 'Kind of the gap.' })
  readonly code!: CompletenessGap['code'];

  @Field(() => String, { description: "Which object or page, in the platform's words." })
  readonly where!: string;

  @Field(() => String, { description: 'What was found.' })
  readonly detail!: string;
}

@ObjectType('VisibleRange', {
  description: 'What the credentials of the connection could see when it was fetched.',
  simpleResolvers: true,
})
export class VisibleRangeType {
  @Field(() => Boolean, { description: 'The whole company.' })
  readonly wholeCompany!: boolean;

  @Field(() => [String], {
    description: "The platform's ids of the units that are visible, with what is below.",
  })
  readonly orgUnitExternalIds!: readonly string[];

  @Field(() => [String], { description: "The platform's ids of people who are visible one by one." })
  readonly accountExternalIds!: readonly string[];

  @Field(() => String, { description: 'SHA-256 over the range, in hexadecimal digits.' })
  readonly digest!: string;
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

  @Field(() => VisibleRangeType, { description: 'What the credentials could see.' })
  readonly visibleRange!: VisibleRangeType;
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

@ObjectType('ImportGuard', { description: 'What the guards found.', simpleResolvers: true })
export class ImportGuardType {
  @Field(() => Int, { description: 'Linked accounts before the import.' })
  readonly linked!: number;

  @Field(() => GuardVerdictType, { description: 'Disables.' })
  readonly disables!: GuardVerdictType;

  @Field(() => GuardVerdictType, { description: 'Moves of people.' })
  readonly moves!: GuardVerdictType;

  @Field(() => GuardVerdictType, { description: 'Moves of org units.' })
  readonly unitMoves!: GuardVerdictType;

  @Field(() => LeaverRefusalEnum, {
    nullable: true,
    description: 'Why absence was not read as leaving; null when it was.',
  })
  readonly leaversRefused!: string | null;
}

@ObjectType('ImportQuota', {
  description: 'What the account quota of the tenant leaves room for.',
  simpleResolvers: true,
})
export class ImportQuotaType {
  @Field(() => Int, { description: 'Accounts that are not deleted, before the commit.' })
  readonly used!: number;

  @Field(() => Int, { nullable: true, description: 'The quota; null = unlimited.' })
  readonly limit!: number | null;

  @Field(() => Int, { description: 'Accounts after the commit of all rows that are not skipped.' })
  readonly afterCommit!: number;
}

@ObjectType('ImportError', { description: 'Why an import failed, or waits.', simpleResolvers: true })
export class ImportErrorType {
  @Field(() => String, { description: 'Stable code of the closed table of errors.' })
  readonly code!: string;

  @Field(() => TextType, { description: 'What happened, to which object.' })
  readonly text!: TextType;

  @Field(() => TextType, { description: 'What to do about it.' })
  readonly remedy!: TextType;

  @Field(() => Json, { description: 'Facts by name; never secrets.' })
  readonly details!: unknown;
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

  @Field(() => Json, { nullable: true, description: 'Rows by how they ended; null before the commit.' })
  readonly outcomes!: unknown;
}

@ObjectType('ImportProgress', { description: 'How far the fetch has come.', simpleResolvers: true })
export class ImportProgressType {
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

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the fetch will be done, as far as known; pauses that the platform asked for included.',
  })
  readonly eta!: Date | null;
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

  @Field(() => ImportKindEnum, { description: 'What it is about.' })
  readonly kind!: ImportKind;

  @Field(() => ImportPhaseEnum, { description: 'Where it stands.' })
  readonly phase!: ImportPhase;

  @Field(() => ConnectionType, { nullable: true, description: 'The connection that is pulled from.' })
  readonly connection!: ConnectionType | null;

  @Field(() => ImportTriggerEnum, { description: 'What started it.' })
  readonly trigger!: string;

  @Field(() => ID, { nullable: true, description: 'Who started it.' })
  readonly requestedById!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that he had then.' })
  readonly requestedByName!: string | null;

  @Field(() => Boolean, { description: 'It was asked to stop.' })
  readonly cancelRequested!: boolean;

  @Field(() => ImportProgressType, { description: 'How far the fetch has come.' })
  readonly progress!: ImportProgressType;

  @Field(() => CompletenessStatementType, {
    nullable: true,
    description: 'What the finished fetch can vouch for.',
  })
  readonly statement!: CompletenessStatementType | null;

  @Field(() => ImportGuardType, { nullable: true, description: 'What the guards found.' })
  readonly guard!: ImportGuardType | null;

  @Field(() => ImportQuotaType, {
    nullable: true,
    description: 'What the account quota leaves room for; null before staging.',
  })
  readonly quota!: ImportQuotaType | null;

  @Field(() => ImportCountsType, { nullable: true, description: 'Numbers of the staged rows.' })
  readonly counts!: ImportCountsType | null;

  @Field(() => String, {
    nullable: true,
    description: 'Digest over all rows and decisions; give it to `commitImport` to approve exactly this.',
  })
  readonly digest!: string | null;

  @Field(() => Int, { description: 'Grows with each step of the review.' })
  readonly reviewVersion!: number;

  @Field(() => ImportErrorType, {
    nullable: true,
    description: 'Why it failed; of one that still works, what it waits for.',
  })
  readonly error!: ImportErrorType | null;

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

  @Field(() => ID, { nullable: true, description: 'Who committed it.' })
  readonly committedById!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that he had then.' })
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

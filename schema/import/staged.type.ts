import { Field, ID, Int, ObjectType } from 'type-graphql';
import type {
  Decision,
  IssueCode,
  MatchKey,
  Outcome,
  Situation,
  StagedAction,
} from '../../src/domain/index.ts';
import { AccountType } from '../account/account.type.ts';
import { MatchKeyType } from '../connection/match-key.type.ts';
import { FieldChangeType } from '../history/history.type.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime, Json } from '../scalars.ts';
import { TextType } from '../text.type.ts';
import { DecisionEnum, IssueCodeEnum, OutcomeEnum, SituationEnum, StagedActionEnum } from './import.enums.ts';

@ObjectType('Issue', { description: 'What is wrong with a row, or worth knowing.', simpleResolvers: true })
export class IssueType {
  @Field(() => IssueCodeEnum, { description: 'Kind of the issue.' })
  readonly code!: IssueCode;

  @Field(() => String, { nullable: true, description: 'The field that it is about.' })
  readonly field!: string | null;

  @Field(() => String, { nullable: true, description: 'The value that it is about.' })
  readonly value!: string | null;

  @Field(() => Boolean, { description: 'Keeps the row from being accepted until it is mended or skipped.' })
  readonly blocking!: boolean;

  @Field(() => TextType, { description: 'The same as a sentence.' })
  readonly text!: TextType;
}

@ObjectType('StagedRow', { description: 'What staged rows of both kinds have.', simpleResolvers: true })
class StagedRowType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The import run.' })
  readonly runId!: string;

  @Field(() => Int, { description: 'Place in the order of the rows.' })
  readonly ordinal!: number;

  @Field(() => String, { description: "The platform's own id of the object." })
  readonly externalId!: string;

  @Field(() => String, { nullable: true, description: 'Its name.' })
  readonly name!: string | null;

  @Field(() => SituationEnum, { description: 'How it stands to the roster.' })
  readonly situation!: Situation;

  @Field(() => StagedActionEnum, { description: 'What the commit would do.' })
  readonly action!: StagedAction;

  @Field(() => Int, {
    nullable: true,
    description: 'Version of the roster object that the row was computed from.',
  })
  readonly baseVersion!: number | null;

  @Field(() => [ID], { description: 'Roster objects that match, at most 10.' })
  readonly candidates!: readonly string[];

  @Field(() => Json, { description: 'The state that the roster object will have.' })
  readonly after!: unknown;

  @Field(() => [FieldChangeType], { description: 'What the commit would change.' })
  readonly changes!: readonly FieldChangeType[];

  @Field(() => [IssueType], { description: 'What is wrong with it, or worth knowing.' })
  readonly issues!: readonly IssueType[];

  @Field(() => Boolean, { description: 'An issue keeps it from being accepted.' })
  readonly blocking!: boolean;

  @Field(() => DecisionEnum, { description: 'What the reviewer says.' })
  readonly decision!: Decision;

  @Field(() => String, { description: 'Why this action.' })
  readonly reasonCode!: string;

  @Field(() => TextType, { description: 'Why this action, as a sentence.' })
  readonly reason!: TextType;

  @Field(() => [FieldChangeType], { description: 'What the reviewer has mended or chosen.' })
  readonly mended!: readonly FieldChangeType[];

  @Field(() => OutcomeEnum, { nullable: true, description: 'How it ended; null before the commit.' })
  readonly outcome!: Outcome | null;

  @Field(() => String, { nullable: true, description: 'Why it ended so.' })
  readonly outcomeCode!: string | null;
}

@ObjectType('RemoteAccount', {
  description: "Muster's last-seen copy of a person on a platform.",
  simpleResolvers: true,
})
export class RemoteAccountType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: string;

  @Field(() => String, { description: "The platform's own id of the person." })
  readonly externalId!: string;

  @Field(() => String, { nullable: true, description: 'The name.' })
  readonly name!: string | null;

  @Field(() => Json, { description: 'What the platform said, in our words.' })
  readonly value!: unknown;

  @Field(() => [String], {
    description:
      'Fields that Muster has written and the platform does not show: what they hold is believed, not seen.',
  })
  readonly believed!: readonly string[];

  @Field(() => DateTime, { description: 'When it was last seen.' })
  readonly seenAt!: Date;

  @Field(() => ID, { nullable: true, description: 'The import run that saw it last.' })
  readonly seenRunId!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when it is known to be gone.' })
  readonly goneAt!: Date | null;

  @Field(() => ID, { nullable: true, description: 'The account that it is linked to.' })
  readonly accountId!: string | null;
}

@ObjectType('StagedAccount', { description: 'A person in an import run.', simpleResolvers: true })
export class StagedAccountType extends StagedRowType {
  @Field(() => ID, { description: 'The copy of the person.' })
  readonly remoteAccountId!: string;

  @Field(() => ID, { nullable: true, description: 'The account; for CREATE the id that it will get.' })
  readonly accountId!: string | null;

  @Field(() => AccountType, {
    nullable: true,
    description: 'The account; null for CREATE before the commit.',
  })
  readonly account!: AccountType | null;

  @Field(() => [AccountType], { description: 'Accounts that match a disputed person, at most 10.' })
  readonly candidateAccounts!: readonly AccountType[];

  @Field(() => MatchKeyType, {
    nullable: true,
    description: 'The comparison by which the account was found.',
  })
  readonly matchKey!: MatchKey | null;

  @Field(() => RemoteAccountType, { description: 'The copy of the person.' })
  readonly remoteAccount!: RemoteAccountType;
}

@ObjectType('StagedOrgUnit', { description: 'An org unit in an import run.', simpleResolvers: true })
export class StagedOrgUnitType extends StagedRowType {
  @Field(() => ID, { description: 'The copy of the unit.' })
  readonly remoteOrgUnitId!: string;

  @Field(() => String, { nullable: true, description: "The platform's id of the unit above." })
  readonly parentExternalId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The org unit; for CREATE the id that it will get.' })
  readonly orgUnitId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The org unit above it after the commit.' })
  readonly targetParentId!: string | null;

  @Field(() => Int, { description: 'Staged units directly below.' })
  readonly childCount!: number;
}

const StagedAccountEdge = edgeOf('StagedAccountEdge', () => StagedAccountType);
export const StagedAccountConnection = connectionOf('StagedAccountConnection', {
  edge: () => StagedAccountEdge,
  node: () => StagedAccountType,
  what: 'staged people',
});

const StagedOrgUnitEdge = edgeOf('StagedOrgUnitEdge', () => StagedOrgUnitType);
export const StagedOrgUnitConnection = connectionOf('StagedOrgUnitConnection', {
  edge: () => StagedOrgUnitEdge,
  node: () => StagedOrgUnitType,
  what: 'staged org units, parents before children',
});

@ObjectType('UnchangedAccount', {
  description: 'A person of a run who needed no row: nothing has changed.',
  simpleResolvers: true,
})
export class UnchangedAccountType {
  @Field(() => ID, { description: 'The copy of the person.' })
  readonly remoteAccountId!: string;

  @Field(() => String, { description: "The platform's own id of the person." })
  readonly externalId!: string;

  @Field(() => String, { nullable: true, description: 'The name.' })
  readonly name!: string | null;

  @Field(() => ID, { description: 'The account that it is linked to.' })
  readonly accountId!: string;
}

const UnchangedAccountEdge = edgeOf('UnchangedAccountEdge', () => UnchangedAccountType);
export const UnchangedAccountConnection = connectionOf('UnchangedAccountConnection', {
  edge: () => UnchangedAccountEdge,
  node: () => UnchangedAccountType,
  what: "people who needed no row, by the platform's id",
});

const RemoteAccountEdge = edgeOf('RemoteAccountEdge', () => RemoteAccountType);
export const RemoteAccountConnection = connectionOf('RemoteAccountConnection', {
  edge: () => RemoteAccountEdge,
  node: () => RemoteAccountType,
  what: "copies of people, by the platform's id",
});

@ObjectType('RemoteAccountExplanation', {
  description: 'Why a person on a platform has this situation and this action, from stored facts alone.',
  simpleResolvers: true,
})
export class RemoteAccountExplanationType {
  @Field(() => String, { description: 'Stable code, e.g. `FIELDS_CHANGED+MOBILE_DUPLICATE`.' })
  readonly code!: string;

  @Field(() => TextType, { description: 'Why this situation.' })
  readonly situation!: TextType;

  @Field(() => TextType, { description: 'Why this action.' })
  readonly action!: TextType;

  @Field(() => [TextType], { description: 'What the reviewer should know.' })
  readonly issues!: readonly TextType[];

  @Field(() => TextType, { description: 'What came of it, or what it waits for.' })
  readonly outcome!: TextType;

  @Field(() => RemoteAccountType, { description: 'The copy of the person.' })
  readonly remote!: RemoteAccountType;

  @Field(() => StagedAccountType, {
    nullable: true,
    description: 'The row of the run; null when nothing changed.',
  })
  readonly row!: StagedAccountType | null;

  @Field(() => ID, { nullable: true, description: 'The run that this is about; null before the first.' })
  readonly runId!: string | null;
}

@ObjectType('RevertConflict', {
  description: 'An object that a revert would leave as it is.',
  simpleResolvers: true,
})
export class RevertConflictType {
  @Field(() => String, { description: 'ACCOUNT or ORG_UNIT.' })
  readonly objectType!: string;

  @Field(() => ID, { description: 'Its id.' })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: 'Its name.' })
  readonly name!: string | null;

  @Field(() => String, { description: 'Why, e.g. CHANGED_SINCE.' })
  readonly code!: string;
}

@ObjectType('RevertPreview', {
  description: 'What taking a committed import back does.',
  simpleResolvers: true,
})
export class RevertPreviewType {
  @Field(() => Int, { description: 'Accounts that the run made and that are removed.' })
  readonly accountsDeleted!: number;

  @Field(() => Int, { description: 'Accounts that become what they were.' })
  readonly accountsRestored!: number;

  @Field(() => Int, { description: 'Org units that the run made and that are removed.' })
  readonly orgUnitsDeleted!: number;

  @Field(() => Int, { description: 'Org units that become what they were.' })
  readonly orgUnitsRestored!: number;

  @Field(() => Int, { description: 'Objects that stay as they are.' })
  readonly conflictCount!: number;

  @Field(() => [RevertConflictType], { description: 'The first hundred of them.' })
  readonly conflicts!: readonly RevertConflictType[];

  @Field(() => String, { description: 'Digest of all this; give it to `revertImport` to do exactly this.' })
  readonly digest!: string;
}

import { Field, ID, InputType } from 'type-graphql';
import type {
  AccountId,
  ConnectionId,
  Decision,
  ImportRunId,
  ImportScope,
  IssueCode,
  OrgUnitId,
  Situation,
  StagedAction,
} from '../../src/domain/index.ts';
import {
  DecisionEnum,
  ImportScopeEnum,
  IssueCodeEnum,
  SituationEnum,
  StagedActionEnum,
  StagedKindEnum,
} from './import.enums.ts';

@InputType('StagedFilter', { description: 'Which staged rows; all conditions must hold.' })
export class StagedFilterInput {
  @Field(() => [SituationEnum], { nullable: true, description: 'In one of these situations.' })
  readonly situations?: Situation[];

  @Field(() => [StagedActionEnum], { nullable: true, description: 'With one of these actions.' })
  readonly actions?: StagedAction[];

  @Field(() => [DecisionEnum], { nullable: true, description: 'With one of these decisions.' })
  readonly decisions?: Decision[];

  @Field(() => [IssueCodeEnum], { nullable: true, description: 'With one of these issues.' })
  readonly issueCodes?: IssueCode[];

  @Field(() => Boolean, { nullable: true, description: 'Only invalid rows, or only valid ones.' })
  readonly blocking?: boolean;

  @Field(() => [ID], { nullable: true, description: 'These rows, at most 200.' })
  readonly ids?: string[];

  @Field(() => ID, { nullable: true, description: 'People who will be in this org unit; units below it.' })
  readonly orgUnitId?: OrgUnitId;

  @Field(() => String, { nullable: true, description: 'Part of a name, its pinyin, a number or an id.' })
  readonly text?: string;
}

@InputType('StartImportInput', { description: 'What to pull.' })
export class StartImportInput {
  @Field(() => ID, { description: 'The connection to pull from.' })
  readonly connectionId!: ConnectionId;

  @Field(() => ImportScopeEnum, { defaultValue: 'ALL', description: 'What to pull.' })
  readonly scope!: ImportScope;
}

@InputType('ImportRunInput', { description: 'Which import run.' })
export class ImportRunInput {
  @Field(() => ID, { description: 'The run.' })
  readonly runId!: ImportRunId;
}

@InputType('DecideStagedInput', {
  description: 'Which rows, and what about them: by id, or by kind and filter.',
})
export class DecideStagedInput {
  @Field(() => ID, { description: 'The run.' })
  readonly runId!: ImportRunId;

  @Field(() => DecisionEnum, { description: 'The decision.' })
  readonly decision!: Decision;

  @Field(() => [ID], {
    nullable: true,
    description: 'These rows, at most 1,000; an invalid one cannot be accepted.',
  })
  readonly rowIds?: string[];

  @Field(() => StagedKindEnum, { nullable: true, description: 'Without `rowIds`: rows of this kind.' })
  readonly kind?: 'ACCOUNT' | 'ORG_UNIT';

  @Field(() => StagedFilterInput, {
    nullable: true,
    description: 'Without `rowIds`: that the filter selects; absent = all. Invalid ones stay as they are.',
  })
  readonly filter?: StagedFilterInput;
}

@InputType('MendStagedInput', { description: 'A field of a staged row to mend.' })
export class MendStagedInput {
  @Field(() => ID, { description: 'The run.' })
  readonly runId!: ImportRunId;

  @Field(() => ID, { description: 'The row.' })
  readonly rowId!: string;

  @Field(() => String, { description: 'The field; of an org unit only `name`.' })
  readonly field!: string;

  @Field(() => String, { nullable: true, description: 'The value; null = empty.' })
  readonly value?: string | null;
}

@InputType('ChooseAccountInput', { description: 'Which account a person is.' })
export class ChooseAccountInput {
  @Field(() => ID, { description: 'The run.' })
  readonly runId!: ImportRunId;

  @Field(() => ID, { description: 'The row.' })
  readonly rowId!: string;

  @Field(() => ID, { nullable: true, description: 'The account; null = none of them, a new one is made.' })
  readonly accountId?: AccountId | null;
}

@InputType('CommitImportInput', { description: 'What was approved.' })
export class CommitImportInput {
  @Field(() => ID, { description: 'The run.' })
  readonly runId!: ImportRunId;

  @Field(() => String, { description: 'Its digest, as it was when it was approved.' })
  readonly digest!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'The fetch was not complete, and what it brought is wanted all the same; nobody is disabled by that.',
  })
  readonly acceptIncomplete!: boolean;
}

@InputType('RevertImportInput', { description: 'What to take back.' })
export class RevertImportInput {
  @Field(() => ID, { description: 'The run.' })
  readonly runId!: ImportRunId;

  @Field(() => String, {
    nullable: true,
    description: 'Digest of the preview; refused when it is no longer true.',
  })
  readonly digest?: string;
}

@InputType('RemoteAccountFilter', { description: 'Which copies; all conditions must hold.' })
export class RemoteAccountFilterInput {
  @Field(() => Boolean, { nullable: true, description: 'Only linked ones, or only those that are not.' })
  readonly linked?: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Only those that are gone, or only those that are not.',
  })
  readonly gone?: boolean;

  @Field(() => String, { nullable: true, description: "Part of the name or of the platform's id." })
  readonly search?: string;
}

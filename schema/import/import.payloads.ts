import { Field, Int, ObjectType } from 'type-graphql';
import { ImportRunType } from './import-run.type.ts';
import { RevertPreviewType, StagedAccountType, StagedOrgUnitType } from './staged.type.ts';

@ObjectType('ImportRunPayload', { description: 'The run after the mutation.', simpleResolvers: true })
export class ImportRunPayload {
  @Field(() => ImportRunType, { description: 'The run.' })
  readonly importRun!: ImportRunType;
}

@ObjectType('ReviewPayload', { description: 'The run after a step of its review.', simpleResolvers: true })
export class ReviewPayload {
  @Field(() => Int, { description: 'Rows whose decision changed.' })
  readonly changed!: number;

  @Field(() => ImportRunType, { description: 'The run, with its new digest.' })
  readonly importRun!: ImportRunType;
}

@ObjectType('MendPayload', {
  description: 'The row and the run after a row was mended.',
  simpleResolvers: true,
})
export class MendPayload {
  @Field(() => StagedAccountType, { nullable: true, description: 'The row, when it is a person.' })
  readonly stagedAccount!: StagedAccountType | null;

  @Field(() => StagedOrgUnitType, { nullable: true, description: 'The row, when it is an org unit.' })
  readonly stagedOrgUnit!: StagedOrgUnitType | null;

  @Field(() => ImportRunType, { description: 'The run, with its new digest.' })
  readonly importRun!: ImportRunType;
}

@ObjectType('CommitImportPayload', { description: 'What was written.', simpleResolvers: true })
export class CommitImportPayload {
  @Field(() => Int, { description: 'Org units that were made or changed.' })
  readonly orgUnits!: number;

  @Field(() => Int, { description: 'Accounts that were made.' })
  readonly accountsCreated!: number;

  @Field(() => Int, { description: 'Accounts that were changed.' })
  readonly accountsChanged!: number;

  @Field(() => ImportRunType, { description: 'The run.' })
  readonly importRun!: ImportRunType;
}

@ObjectType('RevertImportPayload', { description: 'What was taken back.', simpleResolvers: true })
export class RevertImportPayload {
  @Field(() => RevertPreviewType, { description: 'What was done, and what was left.' })
  readonly report!: RevertPreviewType;

  @Field(() => ImportRunType, { description: 'The run.' })
  readonly importRun!: ImportRunType;
}

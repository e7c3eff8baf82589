import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { OperationKind } from '../../src/domain/index.ts';
import { OperationKindEnum } from '../connection/push-rules.enums.ts';
import { registerNames } from '../enum-of.ts';
import { PageInfoType } from '../paging/connection.ts';
import { SyncObjectTypeEnum } from './sync.enums.ts';

export type Difference = 'ONLY_FIRST' | 'ONLY_SECOND' | 'DIFFERENT' | 'SAME';

export const PlanDifferenceEnum = registerNames<Difference>(
  'PlanDifference',
  'How a change stands in two plans.',
  {
    ONLY_FIRST: 'In the first plan alone.',
    ONLY_SECOND: 'In the second plan alone.',
    DIFFERENT: 'In both, and not the same.',
    SAME: 'The same in both.',
  },
);

@ObjectType('PlanDiffRow', { description: 'A change of an object, in two plans.', simpleResolvers: true })
export class PlanDiffRowType {
  @Field(() => PlanDifferenceEnum, { description: 'How it stands.' })
  readonly difference!: Difference;

  @Field(() => OperationKindEnum, { description: 'What it does.' })
  readonly kind!: OperationKind;

  @Field(() => SyncObjectTypeEnum, { description: 'To what.' })
  readonly objectType!: string;

  @Field(() => ID, { nullable: true, description: "The roster's object." })
  readonly objectId!: string | null;

  @Field(() => String, { nullable: true, description: "The platform's id." })
  readonly externalId!: string | null;

  @Field(() => String, { description: 'Name of the object.' })
  readonly name!: string;

  @Field(() => Int, { nullable: true, description: 'Number of the row in the first plan.' })
  readonly first!: number | null;

  @Field(() => Int, { nullable: true, description: 'Number of the row in the second plan.' })
  readonly second!: number | null;
}

@ObjectType('SyncPlanDiff', {
  description: 'Two plans of a connection compared, change by change, whatever their places in the plans.',
  simpleResolvers: true,
})
export class SyncPlanDiffType {
  @Field(() => Int, { description: 'Changes in the first plan alone.' })
  readonly onlyFirst!: number;

  @Field(() => Int, { description: 'Changes in the second plan alone.' })
  readonly onlySecond!: number;

  @Field(() => Int, { description: 'Changes in both that are not the same.' })
  readonly different!: number;

  @Field(() => Int, { description: 'Changes that are the same in both.' })
  readonly same!: number;

  @Field(() => [PlanDiffRowType], { description: 'A page of them.' })
  readonly nodes!: readonly PlanDiffRowType[];

  @Field(() => PageInfoType, { description: 'Where the page stands.' })
  readonly pageInfo!: PageInfoType;
}

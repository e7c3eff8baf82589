import { Field, ObjectType } from 'type-graphql';

@ObjectType('Text', { description: 'A text for people in both languages.', simpleResolvers: true })
export class TextType {
  @Field(() => String, { description: 'In Chinese.' })
  readonly zh!: string;

  @Field(() => String, { description: 'In English.' })
  readonly en!: string;
}

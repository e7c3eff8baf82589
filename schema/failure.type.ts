import { Field, ObjectType } from 'type-graphql';
import { AppError, ERROR_TABLE, type ErrorCode, type ErrorDetails } from '../src/domain/index.ts';
import { Json } from './scalars.ts';
import { TextType } from './text.type.ts';

@ObjectType('Failure', { description: 'Why something failed, or waits, or is held.', simpleResolvers: true })
export class FailureType {
  @Field(() => String, { description: 'Stable code of the closed table of errors.' })
  readonly code!: string;

  @Field(() => TextType, { description: 'What happened, to which object.' })
  readonly text!: TextType;

  @Field(() => TextType, { description: 'What to do about it.' })
  readonly remedy!: TextType;

  @Field(() => Json, { description: 'Facts by name; never secrets.' })
  readonly details!: unknown;
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_TABLE, code);

/** A stored failure in words; one of a code that is not known any more is INTERNAL. */
export const failureOf = (code: string | null, details: ErrorDetails | null): FailureType | null => {
  if (code === null) return null;
  const error = new AppError(isCode(code) ? code : 'INTERNAL', { details: details ?? {} });
  return { code: error.code, text: error.text, remedy: error.remedy, details: error.details };
};

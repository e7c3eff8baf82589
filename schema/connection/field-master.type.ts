import { Field, InputType, ObjectType } from 'type-graphql';
import { AppError, type FieldMaster, type FieldMasters } from '../../src/domain/index.ts';
import { registerNames } from '../enum-of.ts';

export const FieldMasterEnum = registerNames<FieldMaster>('FieldMaster', 'Who may say what a field holds.', {
  PLATFORM: 'Pulls write the field; pushes never do once the object is there.',
  ROSTER: 'Pushes write the field; pulls never do once the object is there.',
  BOTH: 'Either side may. Each is compared with the value on which both last agreed; where both have changed it, to different values, a person decides.',
});

const FIELD =
  'displayName, mobile, email, jobNumber, title, manager, memberships, orgUnit.name, orgUnit.parent, orgUnit.order, or attributes.<name> of a custom attribute.';

/** Said of the setting wherever it stands. */
export const MASTERS_TEXT =
  'Who is the master of which field, for pull and push of the connection alike. Of a field that is not listed a pull proposes what the platform says and a push writes what the roster says; what an event brings of it is merged, as with BOTH.';

@ObjectType('MasteredField', { description: 'A field with its master.', simpleResolvers: true })
export class MasteredFieldType {
  @Field(() => String, { description: FIELD })
  readonly field!: string;

  @Field(() => FieldMasterEnum, { description: 'Its master.' })
  readonly master!: FieldMaster;
}

@InputType('MasteredFieldInput', { description: 'A field with its master.' })
export class MasteredFieldInput {
  @Field(() => String, { description: FIELD })
  readonly field!: string;

  @Field(() => FieldMasterEnum, { description: 'Its master.' })
  readonly master!: FieldMaster;
}

/** Masters as they are shown: by field. */
export const mastersView = (masters: FieldMasters): readonly MasteredFieldType[] =>
  Object.entries(masters)
    .flatMap(([field, master]) => (master === undefined ? [] : [{ field, master }]))
    .sort((a, b) => (a.field < b.field ? -1 : 1));

/**
 * Masters as flows are told them; which fields there are is for the flow to say.
 * @throws AppError INPUT_INVALID when a field is listed twice
 */
export const readMasters = (listed: readonly MasteredFieldInput[]): FieldMasters => {
  const masters: Record<string, FieldMaster> = {};
  for (const [at, { field, master }] of listed.entries()) {
    if (Object.hasOwn(masters, field)) {
      throw new AppError('INPUT_INVALID', {
        details: {
          field: `pullRules.masters.${at}.field`,
          reason: `${field} is listed twice`,
          reasonZh: `${field} 重复出现`,
        },
        path: ['input', 'pullRules', 'masters', at, 'field'],
      });
    }
    masters[field] = master;
  }
  return masters;
};

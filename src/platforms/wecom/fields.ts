import type {
  Connection,
  PullRules,
  RemoteAccountValue,
  RemoteMembershipValue,
  TargetField,
  TargetMembership,
  TargetValues,
} from '../../domain/index.ts';
import { listedPlaces, mirroredOrders, placesFrom } from '../kit/aligned-places.ts';
import type { FieldPairs } from '../kit/field-pairs.ts';
import { type FieldRow, textsIn, valuesUnder } from '../kit/field-table.ts';
import { mailboxRows } from '../kit/mailbox-rows.ts';
import { readMobile, writtenMobile } from '../kit/mobile.ts';
import { namedValues, textOfNamed, withNamed } from '../kit/named-values.ts';
import { FORMS, pattern, targetField } from '../kit/target-field.ts';
import { seenText, seenTexts, withoutAbsent } from '../kit/text.ts';
import { type WecomSettings, wecomSettings } from './config.ts';
import type { Person, Profile } from './types.ts';

export const { mirrored, range: ORDER_RANGE } = mirroredOrders(2n ** 32n - 1n);

export const placesOf = (person: Person): readonly RemoteMembershipValue[] => {
  const { department: ids = [], order: orders, is_leader_in_dept: leaders, main_department: main } = person;
  return placesFrom({ ids, orders, leaders, main }, mirrored);
};

/** Places as the body of a call; pages 90195, 90197. */
export const placesBody = (
  wanted: readonly TargetMembership[],
  before: readonly TargetMembership[] = [],
): Record<string, unknown> => {
  const { ids, orders, leaders, main } = listedPlaces(wanted, before, mirrored);
  return { department: ids, order: orders, is_leader_in_dept: leaders, main_department: main };
};

/** How people of a connection are read. */
export type View = Pick<WecomSettings, 'extraFields' | 'externalFields'> & Pick<PullRules, 'emailField'>;

const attributesOf = (person: Person, { extraFields, externalFields }: View): Record<string, unknown> => {
  // Profiles are not hidden: one that is missing beside the other external field is empty.
  const profile: Profile | undefined =
    person.external_profile ?? (person.external_position === undefined ? undefined : {});
  const own = person.extattr?.attrs;
  return withoutAbsent({
    ...Object.fromEntries((own ?? []).map((one) => [one.name, seenText(textOfNamed(one))])),
    ...seenTexts(person, { personalEmail: 'email', companyEmail: 'biz_mail', alias: 'alias' }),
    ...seenTexts(person, { englishName: 'english_name', telephone: 'telephone', address: 'address' }),
    ...seenTexts(person, { avatar: 'avatar', externalPosition: 'external_position', gender: 'gender' }),
    activated: person.status === 1 ? true : person.status === 4 ? false : undefined,
    externalCorpName: profile && (seenText(profile.external_corp_name) ?? null),
    ...namedValues(extraFields, own),
    ...namedValues(externalFields, profile && (profile.external_attr ?? [])),
  });
};

/**
 * What is not in the answer is not known; what is there and empty is empty (rows O2-21…23). A manager who is not named
 * is none where everybody is in sight (`seesAll`), and otherwise perhaps one whom the app does not see.
 */
export const accountOf = (person: Person, view: View, seesAll: boolean): RemoteAccountValue => {
  const [leader] = person.direct_leader ?? [];
  const none = person.direct_leader !== undefined && seesAll ? null : undefined;
  const ids = [{ kind: 'userid', value: person.userid }];
  return {
    externalId: person.userid,
    ids: person.open_userid ? [...ids, { kind: 'open_userid', value: person.open_userid }] : ids,
    name: seenText(person.name),
    mobile: readMobile(person.mobile, undefined),
    email: seenText(view.emailField === 'company' ? person.biz_mail : person.email),
    jobNumber: undefined,
    title: seenText(person.position),
    managerExternalId: leader ?? none,
    // 1 active, 2 disabled, 4 not activated yet, 5 left.
    active: person.status === undefined ? undefined : person.status !== 2 && person.status !== 5,
    memberships: placesOf(person),
    attributes: attributesOf(person, view),
  };
};

const SEX = pattern('[12]', '应为 1（男）或 2（女）', 'it must be 1 (male) or 2 (female)');
const GENDER = { maxLength: 1, clearable: false, pattern: SEX };
const PHONE = {
  maxLength: 32,
  pattern: pattern('[\\d\\-+,]*', '只能含数字和 - + ,', 'digits and - + , alone'),
};
const NAME = { maxLength: 64, required: true, clearable: false, from: 'displayName' };
/** Whoever has activated the account changes the number himself; ours is passed over without a word. Page 90197. */
const OWN = { unique: true, clearable: false, loginId: true, lockedBy: 'activated', pattern: FORMS.mobile };
const MAIL = { maxLength: 64, unique: true, pattern: FORMS.mail };
const FIXED = { maxLength: 64, clearable: false };

const table = (connection: Connection): readonly FieldRow[] => {
  const { extraFields, externalFields } = wecomSettings(connection);
  const named = (wire: string, pairs: FieldPairs, maxLength: number): readonly FieldRow[] =>
    pairs.map(([attribute, name]) => [wire, targetField(attribute, [name, name], { maxLength })]);
  return [
    ['name', targetField('name', ['姓名', 'name'], NAME)],
    ['mobile', targetField('mobile', ['手机号', 'mobile'], { maxLength: 32, from: 'mobile', ...OWN })],
    ...mailboxRows(connection, ['email', MAIL], ['biz_mail', { ...MAIL, clearable: false }]),
    ['position', targetField('title', ['职务', 'title'], { maxLength: 128, from: 'title' })],
    ['alias', targetField('alias', ['别名（英文名）', 'alias (English name)'], { maxLength: 64 })],
    ['gender', targetField('gender', ['性别', 'gender'], GENDER)],
    ['telephone', targetField('telephone', ['座机', 'telephone'], PHONE)],
    ['address', targetField('address', ['地址', 'address'], { maxLength: 128 })],
    ['external_position', targetField('externalPosition', ['对外职务', 'external title'], { maxLength: 12 })],
    ['external_corp_name', targetField('externalCorpName', ['对外企业简称', 'external company'], FIXED)],
    ...named('extattr', extraFields, 64),
    ...named('external_attr', externalFields, 12),
  ];
};

export const fieldsOf = (connection: Connection): readonly TargetField[] =>
  table(connection).map(([, field]) => field);

/** Values that stand in one list, or one profile, with others, which have to be sent along. */
const TOGETHER = new Set(['extattr', 'external_attr', 'external_corp_name']);
export const writesTogether = (connection: Connection, values: TargetValues): boolean =>
  table(connection).some(([wire, { name }]) => TOGETHER.has(wire) && values[name] !== undefined);

const form = (wire: string, text: string): string | undefined => {
  if (TOGETHER.has(wire)) return undefined;
  return wire === 'mobile' ? writtenMobile(text, { prefixed: false }) : text;
};

/** Values as the body of a call; `before` is the person as he is, for what stands together. */
export const valuesBody = (
  connection: Connection,
  values: TargetValues,
  before?: Person | null,
): Record<string, unknown> => {
  const rows = table(connection);
  const [own, external, corp] = [...TOGETHER].map((wire) => textsIn(rows, values, wire));
  const body = valuesUnder(rows, values, form);
  if (own?.size) body['extattr'] = { attrs: withNamed(before?.extattr?.attrs, own) };
  const { external_corp_name: standing, external_attr: others } = before?.external_profile ?? {};
  const [external_corp_name = standing] = corp?.values() ?? [];
  if (external?.size || corp?.size)
    body['external_profile'] = { external_corp_name, external_attr: withNamed(others, external) };
  return body;
};

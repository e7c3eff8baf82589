import {
  OPERATION_KINDS,
  type TargetField,
  type TargetOperationKind,
  type TargetValues,
  type TextRule,
} from '../../domain/index.ts';

type Pattern = NonNullable<TextRule['pattern']>;
export const pattern = (source: string, zh: string, en: string): Pattern => ({ source, message: { zh, en } });

/** Forms of values that several platforms ask for. */
export const FORMS = {
  mail: pattern('[^@\\s]+@[^@\\s]+\\.[^@\\s]+', '不是邮箱地址', 'it is no mail address'),
  mobile: pattern(
    '1\\d{10}|\\+\\d{1,4}-?\\d{4,14}',
    '应为大陆手机号，或 + 区号与号码',
    'it must be a mainland number, or + and the country number',
  ),
  milliseconds: pattern('-?\\d+', '应为毫秒时间戳', 'it must be milliseconds since 1970'),
} as const;

/** A field that is asked for once and then belongs to the person. */
export const FOR_GOOD = {
  required: true,
  unique: true,
  updatable: false,
  clearable: false,
  loginId: true,
} as const;

/** One line of a platform's table of fields; an optional text that can be emptied and is not written by default. */
export const targetField = (
  name: string,
  label: readonly [zh: string, en: string],
  more: Partial<Omit<TargetField, 'rule'>> & {
    readonly maxLength: number;
    /** The account's field that it is filled from whenever they differ. */
    readonly from?: string;
    readonly pattern?: Pattern;
  },
): TargetField => {
  const { maxLength, from, pattern, ...rest } = more;
  return {
    name,
    label: { zh: label[0], en: label[1] },
    rule: { maxLength, ...(pattern === undefined ? {} : { pattern }) },
    required: false,
    unique: false,
    updatable: true,
    clearable: true,
    loginId: false,
    source: from === undefined ? null : { kind: 'ATTRIBUTE', name: from },
    when: from === undefined ? 'NEVER' : 'ALWAYS',
    ...rest,
  };
};

/** A field and the name under which it travels. */
export type WireField = readonly [wire: string, field: TargetField];

/** Values as the body of a call. `written`: how one of them is spelt there. */
export const wireBody = (
  table: readonly WireField[],
  values: TargetValues,
  written: (wire: string, value: string) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(
    table
      .filter(([, { name }]) => values[name] !== undefined)
      .map(([wire, { name }]) => [wire, written(wire, values[name] ?? '')]),
  );

const isSwitch = (kind: string): boolean => kind === 'ENABLE_ACCOUNT' || kind === 'DISABLE_ACCOUNT';

/** Everything that can be done to a tree and its people, with or without switching people off. */
export const treeOperations = (how: { readonly disables: boolean }): ReadonlySet<TargetOperationKind> =>
  new Set(
    OPERATION_KINDS.filter((kind): kind is TargetOperationKind => !/^(UN)?LINK_/.test(kind)).filter(
      (kind) => how.disables || !isSwitch(kind),
    ),
  );

/** Our attributes, each with the platform's name of the field that it stands for. */
export type FieldPairs = readonly (readonly [attribute: string, name: string])[];

const PAIR = /^([A-Za-z]\w{0,63})=([^=]{1,64})$/;
const MESSAGE = { zh: '应写作 属性=名称，以逗号分隔', en: 'write attribute=name, separated by commas' };

const parts = (text: string): readonly string[] => text.split(/[,，]/).map((part) => part.trim());

/** A setting of pairs, such as `grade=职级, seat=工位`. */
export const FIELD_PAIRS = {
  check: (text: string) => (parts(text).every((part) => PAIR.test(part)) ? null : MESSAGE),
} as const;

export const readFieldPairs = (text: string): FieldPairs =>
  parts(text).flatMap((part) => {
    const [, attribute, name] = PAIR.exec(part) ?? [];
    return attribute === undefined || name === undefined ? [] : [[attribute, name.trim()] as const];
  });

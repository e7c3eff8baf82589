import { AppError, type FieldMasters, MASTERED_FIELDS, type Text } from '../../domain/index.ts';
import { attributeName } from '../../planner/apply-changes.ts';
import { readDefinitions } from '../../store/queries/import-facts.ts';
import type { Tx } from '../../store/transaction.ts';

const refusal = (field: string, reason: Text): AppError =>
  new AppError('INPUT_INVALID', {
    details: { field: `pullRules.masters ${field}`, reason: reason.en, reasonZh: reason.zh },
    path: ['input', 'pullRules', 'masters', field],
  });

const FIELDS: ReadonlySet<string> = new Set(MASTERED_FIELDS);

/**
 * A master may be declared for the fields that can have one, and for custom attributes that there are, of accounts or of
 * units.
 * @throws AppError INPUT_INVALID naming the field that there is not
 */
export const checkMasters = async (tx: Tx, masters: FieldMasters): Promise<void> => {
  const others = Object.keys(masters).filter((field) => !FIELDS.has(field));
  if (others.length === 0) return;
  const definitions = [...(await readDefinitions(tx, 'ACCOUNT')), ...(await readDefinitions(tx, 'ORG_UNIT'))];
  const known = new Set(definitions.map(({ name }) => name));
  for (const field of others) {
    const attribute = attributeName(field);
    if (attribute !== null && known.has(attribute)) continue;
    throw refusal(
      field,
      attribute === null
        ? {
            zh: `可声明主控方的字段有 ${MASTERED_FIELDS.join('、')} 和 attributes.<名称>`,
            en: `a master can be declared of ${MASTERED_FIELDS.join(', ')} and attributes.<name>`,
          }
        : { zh: `没有自定义字段“${attribute}”`, en: `there is no attribute "${attribute}"` },
    );
  }
};

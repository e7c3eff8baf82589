import { AppError, type FieldMasters } from '../../domain/index.ts';
import { attributeName } from '../../planner/apply-changes.ts';
import { readDefinitions } from '../../store/queries/import-facts.ts';
import type { Tx } from '../../store/transaction.ts';

/**
 * A master may be declared for custom attributes that there are, of accounts or of units.
 * @throws AppError INPUT_INVALID naming the attribute that there is not
 */
export const checkMasters = async (tx: Tx, masters: FieldMasters): Promise<void> => {
  const attributes = Object.keys(masters).filter((field) => attributeName(field) !== null);
  if (attributes.length === 0) return;
  const definitions = [...(await readDefinitions(tx, 'ACCOUNT')), ...(await readDefinitions(tx, 'ORG_UNIT'))];
  const known = new Set(definitions.map(({ name }) => name));
  const unknown = attributes.find((field) => !known.has(attributeName(field) ?? ''));
  if (unknown === undefined) return;
  throw new AppError('INPUT_INVALID', {
    details: {
      field: `masters.${unknown}`,
      reason: `there is no attribute "${attributeName(unknown)}"`,
      reasonZh: `没有自定义字段“${attributeName(unknown)}”`,
    },
    path: ['input', 'pullRules', 'masters', unknown],
  });
};

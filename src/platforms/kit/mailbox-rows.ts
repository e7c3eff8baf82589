import type { Connection } from '../../domain/index.ts';
import type { FieldRow } from './field-table.ts';
import { targetField } from './target-field.ts';

type Rule = Omit<Parameters<typeof targetField>[2], 'from'>;
type Told = Pick<Connection, 'pullRules'>;

const isOffice = ({ pullRules }: Told): boolean => pullRules.emailField === 'company';

/** Our name of the mailbox that is the person's own. */
export const ownMail = (connection: Told): string => (isOffice(connection) ? 'personalEmail' : 'email');

/** Two mailboxes by their keys; which of them is the person's mail is a pull rule (row ID-08). */
export const mailboxRows = (
  connection: Told,
  own: readonly [wire: string, rule: Rule],
  office: readonly [wire: string, rule: Rule],
): readonly FieldRow[] => {
  const [mine, theirs] = isOffice(connection) ? [{}, { from: 'email' }] : [{ from: 'email' }, {}];
  const company = isOffice(connection) ? 'email' : 'companyEmail';
  return [
    [own[0], targetField(ownMail(connection), ['个人邮箱', 'own mail'], { ...own[1], ...mine })],
    [office[0], targetField(company, ['企业邮箱', 'company mail'], { ...office[1], ...theirs })],
  ];
};

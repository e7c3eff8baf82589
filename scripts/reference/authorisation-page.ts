import { permits, type Rule } from '../../schema/authorisation.ts';
import { LINK_FILE_RULES } from '../../schema/link/link.rules.ts';
import { OBJECT_RULES, ROOT_RULES } from '../../schema/rules.ts';
import { type AccountId, type OrgUnitId, type Principal, type Role, SCOPES } from '../../src/domain/index.ts';

const account = (roles: readonly Role[], limited = false): Principal => ({
  kind: 'ACCOUNT',
  id: '' as AccountId,
  sessionId: '' as never,
  tenantId: '' as never,
  name: '',
  requestId: '',
  address: null,
  roles,
  subtree: limited ? ('' as OrgUnitId) : null,
});

const COLUMNS: readonly (readonly [string, Principal | null])[] = [
  ['stranger', null],
  ['OWNER', account(['OWNER'])],
  ['DIRECTORY_ADMIN', account(['DIRECTORY_ADMIN'])],
  ['… of a subtree', account(['DIRECTORY_ADMIN'], true)],
  ['AUDITOR', account(['AUDITOR'])],
  ['MEMBER', account(['MEMBER'])],
];

const scopesOf = (rule: Rule): string =>
  SCOPES.filter((scope) => rule.scopes.includes(scope))
    .map((scope) => `\`${scope}\``)
    .join(' ') || '–';

const row = (name: string, rule: Rule): string =>
  `| \`${name}\` | ${COLUMNS.map(([, principal]) => (permits(rule, principal) ? 'yes' : '–')).join(' | ')} | ${scopesOf(rule)} | ${rule.also ?? ''} |`;

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const fieldRules = (): string[] =>
  Object.entries(OBJECT_RULES)
    .toSorted(byName)
    .flatMap(([type, { fields }]) =>
      Object.entries(fields ?? {})
        .toSorted(byName)
        .map(([field, rule]) => row(`${type}.${field}`, rule)),
    );

const maskedFields = (): string[] =>
  Object.entries(OBJECT_RULES)
    .toSorted(byName)
    .flatMap(([type, { masked }]) =>
      Object.entries(masked ?? {})
        .toSorted(byName)
        .map(([field, text]) => `| \`${type}.${field}\` | ${text} |`),
    );

/** Who may do what over GraphQL, as the rules in schema/rules.ts say it. */
export const authorisationPage = (): string => {
  const head = `| field | ${COLUMNS.map(([name]) => name).join(' | ')} | machine scopes | also |`;
  const line = `|---|${COLUMNS.map(() => '---').join('|')}|---|---|`;
  return [
    '# Authorisation',
    '',
    'Generated from `schema/rules.ts`; a test asks every field as every one of these and compares.',
    'A field that is not listed does not exist. A machine client needs one of the scopes.',
    '',
    '## Queries and mutations',
    '',
    head,
    line,
    ...Object.entries(ROOT_RULES)
      .toSorted(byName)
      .map(([name, rule]) => row(name, rule)),
    '',
    '## Files of links',
    '',
    'Routes beside `/graphql`, below `/connections/{id}/`; see docs/push.md.',
    '',
    head,
    line,
    ...Object.entries(LINK_FILE_RULES).map(([name, rule]) => row(name, rule)),
    '',
    '## Fields with a rule of their own',
    '',
    'All other fields are seen wherever their object is.',
    '',
    head,
    line,
    ...fieldRules(),
    '',
    '## Fields that are shown in part',
    '',
    '| field | what is kept back, and from whom |',
    '|---|---|',
    ...maskedFields(),
    '',
  ].join('\n');
};

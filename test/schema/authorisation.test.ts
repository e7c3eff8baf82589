import { readFile } from 'node:fs/promises';
import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { applyRules, permits } from '../../schema/authorisation.ts';
import { buildMusterSchema } from '../../schema/build-schema.ts';
import { OBJECT_RULES, ROOT_RULES } from '../../schema/rules.ts';
import { authorisationPage } from '../../scripts/reference/authorisation-page.ts';
import { actorsOf } from './actors.ts';
import { callOf } from './call-field.ts';
import { openGateway } from './gateway.ts';

const gateway = await openGateway();
const company = await gateway.company();
const actors = actorsOf(company);
const { schema } = gateway.graphql;
const roots = [
  ['query', schema.getQueryType()],
  ['mutation', schema.getMutationType()],
] as const;
const cells = roots.flatMap(([kind, type]) =>
  Object.values(type?.getFields() ?? {}).map((field) => ({
    kind,
    field,
    name: `${type?.name}.${field.name}`,
  })),
);

/** Codes that say "you may not", and nothing else. */
const isRefusal = (code: string | undefined): boolean => code === 'UNAUTHENTICATED' || code === 'FORBIDDEN';

describe('matrix of authorisation (S12)', () => {
  test('every field of Query and Mutation has a rule, and every rule a field', () => {
    expect(Object.keys(ROOT_RULES).sort()).toEqual(cells.map(({ name }) => name).sort());
  });

  test('every object type is listed, and what is listed is there', () => {
    const types = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .map(({ name }) => name)
      .filter((name) => name !== 'Query' && name !== 'Mutation');
    expect(Object.keys(OBJECT_RULES).sort()).toEqual(types.sort());
    for (const [name, rules] of Object.entries(OBJECT_RULES)) {
      const type = schema.getType(name);
      if (!isObjectType(type)) throw new TypeError(name);
      for (const field of [...Object.keys(rules.fields ?? {}), ...Object.keys(rules.masked ?? {})]) {
        expect(type.getFields(), name).toHaveProperty(field);
      }
    }
  });

  test('a field without a rule does not start', () => {
    const unruled = buildMusterSchema();
    const field = Object.values(unruled.getQueryType()?.getFields() ?? {})[0];
    if (field === undefined) throw new TypeError('no field');
    field.name = 'forgotten';
    expect(() => applyRules(unruled)).toThrow('no rule for Query.forgotten');
  });

  // Each cell is really asked: whoever the rule lets through gets something else than a refusal.
  test.each(cells)('$name', async ({ kind, field, name }) => {
    const rule = ROOT_RULES[name];
    if (rule === undefined) throw new TypeError(name);
    for (const [actor, principal] of Object.entries(actors)) {
      const answer = await gateway.ask(principal, callOf(kind, field));
      const [error] = answer.errors;
      expect(error?.extensions.code, `${actor}: ${error?.message}`).not.toBe('INTERNAL');
      expect(error?.extensions.code, `${actor}: ${error?.message}`).not.toBe('GRAPHQL_VALIDATION_FAILED');
      const asked = error?.extensions.code === 'FORBIDDEN' ? error.extensions['details'] : undefined;
      const refused =
        error?.extensions.code === 'UNAUTHENTICATED' ||
        (isRefusal(error?.extensions.code) && (asked as { action?: string }).action === name);
      expect(refused, `${actor} on ${name}: ${JSON.stringify(error)}`).toBe(!permits(rule, principal));
    }
  });

  test('a refusal is written down', async () => {
    const member = actors['MEMBER'] ?? null;
    await gateway.ask(member, '{ auditEvents { nodes { id } } }');
    const rows = await gateway.testDatabase.look(
      `select reason_code, details from muster.audit_event
       where tenant_id = $1 and action = 'access.deny' and actor_id = $2 order by id desc limit 1`,
      [company.tenantId, member?.id],
    );
    expect(rows).toMatchObject([
      { reason_code: 'FORBIDDEN', details: { action: 'Query.auditEvents', subject: 'auditEvents' } },
    ]);
  });

  test('docs/authorisation.md is fresh', async () => {
    expect(await readFile('docs/authorisation.md', 'utf8')).toBe(authorisationPage());
  });
});

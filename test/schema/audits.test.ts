import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { openGateway } from './gateway.ts';

const gateway = await openGateway({ introspection: true });
const url = await gateway.fastify.listen({ port: 0, host: '127.0.0.1' });

describe('GraphQL over HTTP (S1)', () => {
  const audits = serverAudits({ url: `${url}/graphql`, fetchFn: fetch });

  test('there are 61 audits', () => {
    expect(audits).toHaveLength(61);
  });

  test.each(audits.map((audit) => [audit.id, audit] as const))('%s', async (_id, audit) => {
    const result = await audit.fn();
    expect(result.status, `${audit.name}: ${'reason' in result ? result.reason : ''}`).toBe('ok');
  });
});

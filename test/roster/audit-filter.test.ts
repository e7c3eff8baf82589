import { expect, test } from 'vitest';
import { readAuditEvents } from '../../src/flows/roster/read-audit-events.ts';
import { createTestDatabase } from '../support/index.ts';
import { createCompany } from './company.ts';

const company = await createCompany(await createTestDatabase());

test.each(['action', 'objectType', 'objectId'])(
  'a %s that no database text can be is refused',
  async (field) => {
    const input = { [field]: 'a\u0000b', first: 10 };
    await expect(
      readAuditEvents(company.as(), input, { page: true, totalCount: true }),
    ).rejects.toMatchObject({ code: 'INPUT_INVALID', path: ['filter', field] });
  },
);

import type { Company } from '../../simulators/company/index.ts';
import type { CompletenessStatement, SourcePage } from '../../src/domain/index.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
import type { Platform } from '../../src/ports/platform.ts';

/** What a source says at the end, and the pages that it really delivers. */
export interface Delivery {
  readonly pages: readonly SourcePage[];
  readonly statement: CompletenessStatement;
}

/** A made-up company as a source would deliver it, whole. */
export const deliveryOf = (company: Company, pageSize = 20): Delivery => {
  const units = company.units.map((unit) => ({
    externalId: String(unit.id),
    ids: [],
    parentExternalId: unit.parentId === null ? null : String(unit.parentId),
    name: unit.name,
    order: String(unit.order),
    attributes: {},
  }));
  const people = company.people.map((person) => ({
    externalId: person.id,
    ids: [{ kind: 'id', value: person.id }],
    name: person.name,
    mobile: person.mobile,
    email: person.email,
    jobNumber: person.jobNumber,
    title: person.title,
    managerExternalId: undefined,
    active: undefined,
    memberships: person.memberships.map(({ unitId, leader, order }) => ({
      orgUnitExternalId: String(unitId),
      leader,
      order: String(order),
    })),
    attributes: {},
  }));
  const pages: SourcePage[] = [{ kind: 'orgUnits', items: units, cursor: 'units' }];
  for (let at = 0; at < people.length; at += pageSize) {
    pages.push({ kind: 'accounts', items: people.slice(at, at + pageSize), cursor: `people ${at}` });
  }
  const statement = {
    complete: true,
    gaps: [],
    pages: pages.length,
    calls: pages.length,
    orgUnits: units.length,
    accounts: people.length,
    platformAccountCount: people.length,
    visibleRange: { wholeCompany: true, orgUnitExternalIds: [], accountExternalIds: [], digest: 'whole' },
  };
  return { pages, statement };
};

/** A platform in memory, for faults that no server over HTTP would show so exactly. */
export const memoryPlatform = (next: () => Delivery): Platform => {
  const source: DirectorySource = {
    async *snapshot() {
      const { pages, statement } = next();
      yield* pages;
      return statement;
    },
    one: async () => null,
    async *check() {},
  };
  return {
    name: 'memory',
    label: { zh: '内存', en: 'Memory' },
    settings: [],
    permissions: [],
    accountIdKinds: ['id'],
    directorySource: source,
  };
};

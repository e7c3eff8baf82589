import type { CompletenessStatement, SourcePage } from '../../../src/domain/index.ts';
import type { DirectorySource } from '../../../src/ports/directory-source.ts';
import type { Platform } from '../../../src/ports/platform.ts';
import { type Pick, pickFrom } from '../random-changes.ts';
import type { RemoteCompany } from './remote-company.ts';

/** How a fetch of the company ends. */
export interface FetchManner {
  /** Orders and cuts the pages. */
  readonly seed: number;
  readonly complete: boolean;
  readonly wholeCompany: boolean;
  /** What the platform says it has, beside what it delivers. */
  readonly headCount: number | null;
}

const shuffled = <T>(pick: Pick, items: readonly T[]): T[] => {
  const left = [...items];
  return items.map(() => left.splice(pick(left.length), 1)[0] as T);
};

function* pagesOf(company: RemoteCompany, manner: FetchManner): Generator<SourcePage> {
  const pick = pickFrom(manner.seed);
  const units = shuffled(pick, [...company.units.values()]);
  const people = shuffled(pick, [...company.people.values()]);
  let page = 0;
  const cursor = (): string => {
    page += 1;
    return String(page);
  };
  while (units.length > 0) {
    yield { kind: 'orgUnits', items: structuredClone(units.splice(0, 1 + pick(30))), cursor: cursor() };
  }
  while (people.length > 0) {
    const items = structuredClone(people.splice(0, 1 + pick(30)));
    yield { kind: 'accounts', items, cursor: cursor() };
    // The same people again: a platform that lists whoever sits in two units does so.
    if (pick(3) === 0) yield { kind: 'accounts', items, cursor: cursor() };
  }
}

export const statementOf = (company: RemoteCompany, manner: FetchManner): CompletenessStatement => ({
  complete: manner.complete,
  gaps: manner.complete ? [] : [{ code: 'ACCOUNT_PAGE_FAILED', where: 'page 3', detail: '' }],
  pages: 1,
  calls: 1,
  orgUnits: company.units.size,
  accounts: company.people.size,
  platformAccountCount: manner.headCount,
  visibleRange: {
    wholeCompany: manner.wholeCompany,
    orgUnitExternalIds: ['1'],
    accountExternalIds: [],
    digest: 'f'.repeat(64),
  },
});

/** A platform that reads a company from memory, in whatever order and manner the test says. */
export const memoryPlatform = (
  now: () => { readonly company: RemoteCompany; readonly manner: FetchManner },
): Platform => {
  const directorySource: DirectorySource = {
    async *snapshot() {
      const { company, manner } = now();
      yield* pagesOf(company, manner);
      return statementOf(company, manner);
    },
    one: async () => null,
    async *check() {},
  };
  return {
    name: 'memory',
    label: { zh: '内存', en: 'Memory' },
    settings: [],
    permissions: [],
    accountIdKinds: ['userid'],
    directorySource,
  };
};

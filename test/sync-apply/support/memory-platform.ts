import type { TargetCapabilities, TargetOperation } from '../../../src/domain/index.ts';
import { AppError, OPERATION_KINDS } from '../../../src/domain/index.ts';
import type { DirectorySource } from '../../../src/ports/directory-source.ts';
import type { DirectoryTarget } from '../../../src/ports/directory-target.ts';
import type { Platform } from '../../../src/ports/platform.ts';
import type { MemoryCompany } from './company.ts';

/** The way to a company: in this process, or over HTTP. */
export interface Door {
  write(operation: TargetOperation, call: { urgent: boolean; signal: AbortSignal }): Promise<string | null>;
  find(key: string): Promise<string | null>;
  probe(): Promise<void>;
  readonly perSecond: number;
}

export const doorOf = (company: MemoryCompany): Door => ({
  write: (operation, call) => company.write(operation, call),
  find: async (key) => company.find(key),
  probe: async () => {
    if (company.probeFault !== null) throw new AppError(company.probeFault);
  },
  get perSecond() {
    return company.perSecond;
  },
});

const TEXT = { maxLength: 64 };
const CAPABILITIES: TargetCapabilities = {
  operations: new Set(
    OPERATION_KINDS.filter((kind): kind is TargetOperation['kind'] => !kind.includes('LINK')),
  ),
  rootExternalId: '1',
  orgUnitName: TEXT,
  foldOrgUnitNames: false,
  maxDepth: null,
  maxChildren: null,
  maxMemberships: null,
  membershipRequired: false,
  deleteOnlyEmpty: false,
  accountIds: { mode: 'ASSIGNED', rule: TEXT, foldCase: false },
  fields: (['name', 'mobile', 'email', 'jobNumber', 'title'] as const).map((name) => ({
    name,
    label: { zh: name, en: name },
    rule: TEXT,
    required: name === 'name',
    unique: false,
    updatable: true,
    clearable: true,
    loginId: false,
    source: { kind: 'ATTRIBUTE', name: name === 'name' ? 'displayName' : name },
    when: 'ALWAYS',
  })),
  orders: false,
};

const naturalKey = (operation: TargetOperation): string | null => {
  if (operation.kind === 'CREATE_ORG_UNIT') return operation.orgUnitId;
  return operation.kind === 'CREATE_ACCOUNT' ? operation.accountId : null;
};

/** Writes as an adapter does: after an unknown outcome it looks before it creates. */
export const memoryTarget = (door: Door): DirectoryTarget => ({
  capabilities: () => CAPABILITIES,
  callsPerSecond: () => door.perSecond,
  probe: () => door.probe(),
  apply: async (_connection, operation, { signal, afterUnknownOutcome, urgent }) => {
    const key = afterUnknownOutcome ? naturalKey(operation) : null;
    const found = key === null ? null : await door.find(key);
    if (found !== null) return { outcome: 'ALREADY', externalId: found, calls: 1 };
    const externalId = await door.write(operation, { urgent, signal });
    const calls = key === null ? 1 : 2;
    if (externalId === null) return { outcome: 'INVITED', externalId, calls };
    return { outcome: 'DONE', externalId, calls };
  },
});

const sourceOf = (company: MemoryCompany): DirectorySource => ({
  async *snapshot() {
    const { units, people } = company.snapshot();
    yield { kind: 'orgUnits', items: units, cursor: 'units' };
    yield { kind: 'accounts', items: people, cursor: 'people' };
    return {
      complete: true,
      gaps: [],
      pages: 2,
      calls: 2,
      orgUnits: units.length,
      accounts: people.length,
      platformAccountCount: people.length,
      visibleRange: { wholeCompany: true, orgUnitExternalIds: [], accountExternalIds: [], digest: 'whole' },
    };
  },
  one: async () => null,
  async *check() {},
});

export const memoryPlatform = (target: DirectoryTarget, company?: MemoryCompany): Platform => ({
  name: 'memory',
  label: { zh: '内存', en: 'Memory' },
  settings: [],
  permissions: [],
  accountIdKinds: ['id'],
  directoryTarget: target,
  ...(company === undefined ? {} : { directorySource: sourceOf(company) }),
});

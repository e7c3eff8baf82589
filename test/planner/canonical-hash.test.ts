import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RemoteAccountValue, RemoteOrgUnitValue } from '../../src/domain/index.ts';
import { canonicalAccountText, canonicalOrgUnitText } from '../../src/planner/canonical-hash.ts';
import { tries } from '../support/properties.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((one) => one.toWellFormed());
const seen = <T>(one: fc.Arbitrary<T>) => fc.oneof(one, fc.constant(null), fc.constant(undefined));
const optional = <K extends string, T>(key: K, one: fc.Arbitrary<T>) =>
  fc
    .option(one, { nil: undefined })
    .map((value) => (value === undefined ? {} : ({ [key]: value } as { [P in K]: T })));
const ids = fc.uniqueArray(fc.record({ kind: text, value: text }), {
  maxLength: 3,
  selector: ({ kind, value }) => JSON.stringify([kind, value]),
});
const attributes = fc.dictionary(
  fc.oneof(text, fc.constantFrom('10', '9', '__proto__')),
  fc.jsonValue({ maxDepth: 2 }).filter((value) => JSON.stringify(value).isWellFormed()),
  { maxKeys: 4 },
);
const membership = fc
  .tuple(
    text,
    fc.boolean(),
    optional('order', text),
    optional('title', text),
    optional('primary', fc.boolean()),
  )
  .map(([orgUnitExternalId, leader, order, title, primary]) => ({
    orgUnitExternalId,
    leader,
    ...order,
    ...title,
    ...primary,
  }));

const account: fc.Arbitrary<RemoteAccountValue> = fc.record({
  externalId: text,
  ids,
  name: seen(text),
  mobile: seen(text),
  email: seen(text),
  jobNumber: seen(text),
  title: seen(text),
  managerExternalId: seen(text),
  active: seen(fc.boolean()),
  memberships: fc.uniqueArray(membership, { maxLength: 3, selector: (one) => one.orgUnitExternalId }),
  attributes,
});

const orgUnit: fc.Arbitrary<RemoteOrgUnitValue> = fc
  .tuple(
    fc.record({ externalId: text, ids, parentExternalId: fc.option(text), name: text, attributes }),
    optional('order', text),
    optional('leaderExternalIds', fc.uniqueArray(text, { maxLength: 3 })),
  )
  .map(([facts, order, leaders]) => ({ ...facts, ...order, ...leaders }));

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('the content hash', () => {
  it('is over canonical JSON (RFC 8785) of the value with its sets in order', () => {
    fc.assert(
      fc.property(account, (value) => {
        const sorted = {
          ...value,
          ids: value.ids.toSorted((a, b) => bytes(a.kind, b.kind) || bytes(a.value, b.value)),
          memberships: value.memberships.toSorted((a, b) => bytes(a.orgUnitExternalId, b.orgUnitExternalId)),
        };
        expect(canonicalAccountText(value)).toBe(canonicalize(sorted));
      }),
      tries(500),
    );
    fc.assert(
      fc.property(orgUnit, (value) => {
        const sorted = {
          ...value,
          ids: value.ids.toSorted((a, b) => bytes(a.kind, b.kind) || bytes(a.value, b.value)),
          ...(value.leaderExternalIds ? { leaderExternalIds: value.leaderExternalIds.toSorted(bytes) } : {}),
        };
        expect(canonicalOrgUnitText(value)).toBe(canonicalize(sorted));
      }),
      tries(500),
    );
  });

  it('does not depend on the order of members, ids and memberships', () => {
    fc.assert(
      fc.property(account, (value) => {
        const turned = Object.fromEntries(
          Object.entries(value).toReversed(),
        ) as unknown as RemoteAccountValue;
        const other = { ...turned, ids: value.ids.toReversed(), memberships: value.memberships.toReversed() };
        expect(canonicalAccountText(other)).toBe(canonicalAccountText(value));
      }),
      tries(500),
    );
  });

  it('tells empty from absent', () => {
    const value: RemoteAccountValue = {
      externalId: 'u1',
      ids: [],
      name: '王小明',
      mobile: undefined,
      email: null,
      jobNumber: undefined,
      title: undefined,
      managerExternalId: undefined,
      active: undefined,
      memberships: [],
      attributes: {},
    };
    expect(canonicalAccountText({ ...value, mobile: null })).not.toBe(canonicalAccountText(value));
    const root = { externalId: '1', ids: [], parentExternalId: null, name: '公司', attributes: {} };
    expect(canonicalOrgUnitText(root)).not.toBe(canonicalOrgUnitText({ ...root, order: '0' }));
  });
});

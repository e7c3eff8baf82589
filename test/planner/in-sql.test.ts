import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DigestedRow, RunDigest, rowDigest, runDigest, sortChanges } from '../../src/planner/digest.ts';
import { compareCodePoints, fold } from '../../src/planner/fold.ts';
import { jsonbText } from '../../src/planner/jsonb-text.ts';
import { beyondQuota } from '../../src/planner/quota.ts';
import { createTestDatabase } from '../support/index.ts';
import { tries } from '../support/properties.ts';

/** Seeded, so that one round trip can carry all samples. */
const samples = <T>(arbitrary: fc.Arbitrary<T>, count = 1000): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: 7 });

const storable = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => text.toWellFormed().replaceAll('\u0000', ''));

/** JSON that jsonb can hold. */
const json = fc
  .jsonValue({ maxDepth: 3, stringUnit: 'binary' })
  .filter((value) => JSON.stringify(value).isWellFormed() && !JSON.stringify(value).includes('\\u0000'));

const row: fc.Arbitrary<DigestedRow> = fc.record({
  kind: fc.constantFrom('ORG_UNIT' as const, 'ACCOUNT' as const),
  stagedId: fc.uuid(),
  action: fc.constantFrom('CREATE' as const, 'UPDATE' as const, 'NONE' as const),
  decision: fc.constantFrom('ACCEPTED' as const, 'SKIPPED' as const),
  targetId: fc.option(fc.uuid()),
  baseVersion: fc.option(fc.nat()),
  changes: fc.uniqueArray(fc.record({ field: storable, before: json, after: json }), {
    maxLength: 3,
    selector: ({ field }) => field,
  }),
});

describe('what the planner defines, SQL computes alike', async () => {
  const { look } = await createTestDatabase();

  it('the text of JSON values', async () => {
    const values = [
      ...samples(json),
      ...samples(fc.double({ noNaN: true, noDefaultInfinity: true })),
      ...[1e21, 1.5e300, 1e-7, -1.25e-10, 5e-324, -0, 123456789012345680000],
    ];
    const rows = await look<{ text: string }>(
      'select value::jsonb::text as text from unnest($1::text[]) with ordinality as one (value, n) order by n',
      [values.map((value) => JSON.stringify(value))],
    );
    expect(values.map((value) => jsonbText(JSON.parse(JSON.stringify(value))))).toEqual(
      rows.map(({ text }) => text),
    );
  });

  it('the digests of rows and of a run', async () => {
    const rows = samples(row);
    await look('drop table if exists public.staged');
    const stored = await look<{ digest: string }>(
      `select encode(sha256(convert_to(concat_ws(E'\\n', kind, staged_id, action, decision,
         coalesce(target_id::text, ''), coalesce(base_version::text, ''), changes::text), 'UTF8')), 'hex') as digest
       from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::int[], $7::text[])
         with ordinality as one (kind, staged_id, action, decision, target_id, base_version, given, n)
       cross join lateral (
         select coalesce(jsonb_agg(change order by change->>'field' collate "C"), '[]') as changes
         from jsonb_array_elements(given::jsonb) as change) as sorted
       order by n`,
      [
        rows.map(({ kind }) => kind),
        rows.map(({ stagedId }) => stagedId),
        rows.map(({ action }) => action),
        rows.map(({ decision }) => decision),
        rows.map(({ targetId }) => targetId),
        rows.map(({ baseVersion }) => baseVersion),
        rows.map(({ changes }) => JSON.stringify(changes)),
      ],
    );
    expect(rows.map(rowDigest)).toEqual(stored.map(({ digest }) => digest));
    const [run] = await look<{ digest: string }>(
      `select encode(sha256(
         coalesce(string_agg(decode(digest, 'hex'), ''::bytea order by kind collate "C", id), ''::bytea)), 'hex') as digest
       from unnest($1::text[], $2::uuid[], $3::text[]) as one (kind, id, digest)`,
      [rows.map(({ kind }) => kind), rows.map(({ stagedId }) => stagedId), rows.map(rowDigest)],
    );
    expect(runDigest(rows)).toBe(run?.digest);
  });

  it('folding, of every letter that both know', async () => {
    const letters: string[] = [];
    // Later scripts are known to one Unicode version and not to the other.
    for (let code = 1; code < 0x1c80; code++) letters.push(String.fromCodePoint(code));
    for (let code = 0x1e00; code < 0x2c00; code++) letters.push(String.fromCodePoint(code));
    for (let code = 0x3000; code < 0xa000; code++) letters.push(String.fromCodePoint(code));
    for (let code = 0xf900; code < 0xfffe; code++) letters.push(String.fromCodePoint(code));
    for (let code = 0x20000; code < 0x20200; code++) letters.push(String.fromCodePoint(code));
    const texts = [...letters, ...samples(storable), 'ΟΔΟΣ', 'İstanbul', 'Ａnn'];
    const rows = await look<{ text: string; folded: string }>(
      'select text, muster.fold(text) as folded from unnest($1::text[]) as text',
      [
        texts.filter(
          (text) => !/[\u1c80-\u1dff\u2c00-\u2fff\ua000-\ud7ff\ue000-\uf8ff\u{10000}-\u{1ffff}]/u.test(text),
        ),
      ],
    );
    expect(rows.filter(({ text, folded }) => fold(text) !== folded)).toEqual([]);
  });

  it('the order of texts, and who is beyond the quota', async () => {
    const texts = [...new Set(samples(storable))];
    const ordered = await look<{ text: string }>(
      'select text from unnest($1::text[]) as text order by text collate "C"',
      [texts],
    );
    expect(texts.toSorted(compareCodePoints)).toEqual(ordered.map(({ text }) => text));
    const creates = texts.map((externalId, i) => ({ externalId, blocking: i % 3 === 0 }));
    const beyond = await look<{ external_id: string }>(
      `select external_id from (
         select external_id, row_number() over (order by blocking, external_id collate "C") as place
         from unnest($1::text[], $2::boolean[]) as one (external_id, blocking)) as placed
       where place > 300`,
      [creates.map(({ externalId }) => externalId), creates.map(({ blocking }) => blocking)],
    );
    expect([...beyondQuota(creates, 300)].sort()).toEqual(beyond.map((one) => one.external_id).sort());
  });
});

describe('a digest', () => {
  it('does not depend on the order of rows or of changes', () => {
    const rows = fc.uniqueArray(row, {
      selector: ({ kind, stagedId }) => `${kind}${stagedId}`,
      maxLength: 8,
    });
    const shuffled = rows.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const turned = other.map((each) => ({ ...each, changes: each.changes.toReversed() }));
        expect(runDigest(turned)).toBe(runDigest(one));
        const digest = new RunDigest();
        const order = ['kind', 'stagedId'] as const;
        for (const each of one.toSorted(
          (a, b) => order.map((key) => compareCodePoints(a[key], b[key])).find((sign) => sign !== 0) ?? 0,
        )) {
          digest.add(each);
        }
        expect(digest.finish()).toBe(runDigest(one));
      }),
      tries(100),
    );
  });

  it('changes with every part of what was approved', () => {
    const base: DigestedRow = {
      kind: 'ACCOUNT',
      stagedId: 'a',
      action: 'UPDATE',
      decision: 'ACCEPTED',
      targetId: 't',
      baseVersion: 1,
      changes: [{ field: 'title', before: null, after: 'x' }],
    };
    const others: DigestedRow[] = [
      { ...base, kind: 'ORG_UNIT' },
      { ...base, stagedId: 'b' },
      { ...base, action: 'MOVE' },
      { ...base, decision: 'SKIPPED' },
      { ...base, targetId: null },
      { ...base, baseVersion: 2 },
      { ...base, changes: [] },
      { ...base, changes: [{ field: 'title', before: '', after: 'x' }] },
      { ...base, changes: [{ field: 'title', before: null, after: 'y' }] },
      { ...base, changes: [{ field: 'name', before: null, after: 'x' }] },
    ];
    expect(new Set([base, ...others].map(rowDigest)).size).toBe(others.length + 1);
    expect(runDigest([])).toBe(createHash('sha256').digest('hex'));
  });

  it('refuses rows out of order', () => {
    const [one] = samples(row, 1);
    if (one === undefined) throw new Error('no sample');
    const digest = new RunDigest();
    digest.add(one);
    expect(() => digest.add(one)).toThrow(TypeError);
    expect(sortChanges([])).toEqual([]);
  });
});

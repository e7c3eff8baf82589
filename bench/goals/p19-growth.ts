import type { Measured } from '../bench.ts';
import { type BenchRow, ratioRow } from '../measure/row.ts';
import { interleave, median, type Samples } from '../measure/samples.ts';
import { type Gateway, gatewayOn, startGateway } from '../world/gateway.ts';
import type { ImportedCompany } from '../world/imported.ts';
import { HOT_LIST } from './p06-hot-list.ts';

/**
 * What ten times the people may cost. The goals name a hundredfold (10k → 1M); of the same power law a tenfold is
 * allowed the square root.
 */
const tenfold = (hundredfold: number): number => Math.round(Math.sqrt(hundredfold) * 100) / 100;

const step = (
  what: string,
  measured: { readonly small: Samples; readonly large: Samples },
  hundredfold: number,
): BenchRow =>
  ratioRow(
    {
      id: 'P19',
      what: `${what}: ten times the people`,
      unit: 's',
      limitIs: 'the same at a tenth of the people (10k); ten times the work is a ratio of 10',
      note: `the goal for 10k → 1M is ≤ ${hundredfold} ×; this is its square root`,
    },
    { limit: measured.small, subject: measured.large },
    { atMost: tenfold(hundredfold) },
  );

const inSeconds = (samples: Samples): Samples => samples.map((ms) => ms / 1_000);

/** How import, diff and commit grow with the company. */
export const growthRows = (small: Measured, large: Measured): BenchRow[] => {
  const rows = [
    step('import', { small: small.imported.fetchSeconds, large: large.imported.fetchSeconds }, 110),
  ];
  if (small.diff !== null && large.diff !== null)
    rows.push(step('diff', { small: inSeconds(small.diff.stage), large: inSeconds(large.diff.stage) }, 160));
  if (small.commit !== null && large.commit !== null)
    rows.push(step('commit', { small: small.commit.seconds, large: large.commit.seconds }, 150));
  return rows;
};

const PAGE = `query ($first: Int!, $after: String) {
  accounts(first: $first, after: $after) {
    nodes { id userName displayName email title orgUnit { id name path } }
    pageInfo { endCursor hasNextPage }
  }
}`;
const TREE = '{ orgUnitTree { nodes { id parentId name } } }';
const REQUESTS = 60;

interface PageAnswer {
  readonly accounts: {
    readonly nodes: readonly unknown[];
    readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
  };
}

interface Asked {
  readonly gateway: Gateway;
  readonly token: string;
}

/** Median of one request at a time, milliseconds. */
const latency = async (request: () => Promise<unknown>): Promise<number> => {
  const took: number[] = [];
  for (let at = 0; at < REQUESTS; at += 1) {
    const started = performance.now();
    await request();
    took.push(performance.now() - started);
  }
  return median(took);
};

/** Cursor behind which the last tenth of the company lies. */
const deepCursor = async ({ gateway, token }: Asked, people: number): Promise<string> => {
  let after: string | null = null;
  for (let seen = 0; seen < people * 0.9; seen += 200) {
    const variables: object = { first: 200, after };
    const { accounts }: PageAnswer = await gateway.ask(PAGE, { token, variables });
    after = accounts.pageInfo.endCursor;
  }
  if (after === null) throw new TypeError('a company without people has no deep page');
  return after;
};

const enter = async (company: ImportedCompany): Promise<Asked> => {
  const gateway = startGateway(await gatewayOn(company.committed.urls, company.place.masterKey));
  return { gateway, token: await gateway.signIn(company.place.owner) };
};

const pageAt =
  ({ gateway, token }: Asked, after: string | null) =>
  () =>
    gateway.ask<PageAnswer>(PAGE, { token, variables: { first: 50, after } });

/** How reads grow: a list, a page deep inside it, the whole tree. */
export const measureReadGrowth = async (
  small: ImportedCompany,
  large: ImportedCompany,
): Promise<BenchRow[]> => {
  const [few, many] = [await enter(small), await enter(large)];
  try {
    const after = await deepCursor(many, large.people);
    const list = (asked: Asked) => () => latency(() => asked.gateway.ask(HOT_LIST, { token: asked.token }));
    const tree = (asked: Asked, units: number) => async () =>
      (await latency(() => asked.gateway.ask(TREE, { token: asked.token }))) / units;
    const measured = await interleave(
      {
        fewList: list(few),
        manyList: list(many),
        firstPage: () => latency(pageAt(many, null)),
        deepPage: () => latency(pageAt(many, after)),
        fewTree: tree(few, small.units),
        manyTree: tree(many, large.units),
      },
      { warmUp: true },
    );
    const named = (what: string, limitIs: string, unit = 'ms') => ({ id: 'P19', what, unit, limitIs });
    return [
      ratioRow(
        named('latency of the list of P6 at ten times the people', `the same at ${small.people} people`),
        { limit: measured.fewList, subject: measured.manyList },
        { atMost: 1.15 },
      ),
      ratioRow(
        named(`page ${Math.round((large.people * 0.9) / 50)} of the list`, 'page 1 of the same list'),
        { limit: measured.firstPage, subject: measured.deepPage },
        { atMost: 1.2 },
      ),
      ratioRow(
        named(`tree of ${large.units} units, per unit`, `tree of ${small.units} units, per unit`, 'ms/unit'),
        { limit: measured.fewTree, subject: measured.manyTree },
        { atMost: 1.5 },
      ),
    ];
  } finally {
    await Promise.all([few.gateway.stop(), many.gateway.stop()]);
  }
};

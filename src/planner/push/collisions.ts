import { componentsOf } from './components.ts';
import type { PushContext } from './context.ts';
import type { PeoplePlan } from './diff-people.ts';
import { added, type Draft, draft, isOut, issue, skip, tell } from './draft.ts';
import type { FieldPlan } from './field-values.ts';

/** One unique field, as far as this plan writes it. */
interface Field {
  readonly plan: FieldPlan;
  readonly name: string;
  /** Rows by the value that they write. */
  readonly writers: ReadonlyMap<string, readonly Draft[]>;
  /** Platform ids by the value that they have now. */
  readonly holders: ReadonlyMap<string, readonly string[]>;
}

/** A row that takes a value which somebody still has. */
interface Claim {
  readonly taker: Draft;
  readonly field: Field;
  readonly value: string;
  /** Rows by which those who have it lose it. */
  readonly givers: readonly Draft[];
}

const write = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
};

const fieldOf = (context: PushContext, plan: FieldPlan, rows: readonly Draft[]): Field | null => {
  const { name } = plan.target;
  const writers = new Map<string, Draft[]>();
  for (const row of rows) {
    const value = row.content.values?.[name];
    if (typeof value === 'string' && !isOut(row)) write(writers, plan.key(value), row);
  }
  if (writers.size === 0) return null;
  const holders = new Map<string, string[]>();
  for (const [externalId, { value }] of context.remoteAccounts) {
    const held = plan.seen(value);
    if (typeof held !== 'string') continue;
    const key = plan.key(held);
    if (writers.has(key)) write(holders, key, externalId);
  }
  return { plan, name, writers, holders };
};

/** The row by which somebody loses the value of a field; `null` when it is kept. */
const giverOf = (people: PeoplePlan, field: Field, externalId: string): Draft | null => {
  const outcome = people.byExternal.get(externalId);
  if (outcome === undefined) return null;
  if (outcome.leaves !== null) return isOut(outcome.leaves) ? null : outcome.leaves;
  const row = outcome.rows.find(({ content }) => content.values?.[field.name] !== undefined);
  return row === undefined || isOut(row) ? null : row;
};

/** Takes a value out of a row: the rest of the row may go on, unless the person needs the field to be created. */
const refuse = ({ taker, field, value }: Claim, operations: ReadonlySet<string>): void => {
  const why = issue('VALUE_TAKEN', field.name, value);
  if (taker.kind === 'CREATE_ACCOUNT' && field.plan.target.required) {
    skip(taker, why);
    return;
  }
  tell(taker, why);
  const { [field.name]: _dropped, ...values } = taker.content.values ?? {};
  const { values: _all, ...rest } = taker.content;
  taker.content =
    Object.keys(values).length === 0 && taker.kind !== 'CREATE_ACCOUNT' ? rest : { ...rest, values };
  taker.changes = taker.changes.filter((change) => change.field !== field.name);
  if (taker.changes.length === 0) skip(taker, why);
  else if (
    taker.kind === 'UPDATE_ACCOUNT' &&
    taker.content.values === undefined &&
    operations.has('MOVE_ACCOUNT')
  ) {
    taker.kind = 'MOVE_ACCOUNT';
  }
};

const claimsOf = (people: PeoplePlan, fields: readonly Field[]): { claims: Claim[]; refused: Claim[] } => {
  const claims: Claim[] = [];
  const refused: Claim[] = [];
  for (const field of fields) {
    for (const [value, writers] of field.writers) {
      const alone = writers.length === 1;
      for (const taker of writers) {
        const held = (field.holders.get(value) ?? []).filter((id) => id !== taker.externalId);
        const givers = held.map((id) => giverOf(people, field, id));
        const claim = { taker, field, value, givers: givers.filter((giver) => giver !== null) };
        if (!alone || givers.includes(null)) refused.push(claim);
        else if (held.length > 0) claims.push(claim);
      }
    }
  }
  return { claims, refused };
};

/** Whether a row still gives away what it was to give away. */
const stillGives = (giver: Draft, field: Field): boolean =>
  !isOut(giver) && (giver.kind === 'DELETE_ACCOUNT' || giver.content.values?.[field.name] !== undefined);

/** Refuses claims, and those that counted on what a refused row would have given away. */
const refuseAll = (context: PushContext, first: readonly Claim[], claims: readonly Claim[]): Claim[] => {
  const { operations } = context.input.capabilities;
  const waiting = new Map<Draft, Claim[]>();
  for (const claim of claims) for (const giver of claim.givers) write(waiting, giver, claim);
  const refused = new Set<Claim>();
  const queue = [...first];
  for (let claim = queue.pop(); claim !== undefined; claim = queue.pop()) {
    if (refused.has(claim)) continue;
    refused.add(claim);
    refuse(claim, operations);
    for (const other of waiting.get(claim.taker) ?? []) {
      if (other.givers.some((giver) => !stillGives(giver, other.field))) queue.push(other);
    }
  }
  return claims.filter((claim) => !refused.has(claim) && !isOut(claim.taker));
};

const canClear = ({ plan: { target } }: Field): boolean =>
  target.clearable && target.updatable && !target.required;

/** Claims whose two rows wait for each other, round about. */
const roundAbout = (claims: readonly Claim[], isOpen: (claim: Claim) => boolean): Claim[] => {
  const waits = new Map<Draft, Draft[]>();
  for (const claim of claims) {
    if (!isOpen(claim)) continue;
    for (const giver of claim.givers) write(waits, claim.taker, giver);
  }
  const component = componentsOf(waits.keys(), (row) => waits.get(row) ?? []);
  return claims.filter(
    (claim) =>
      isOpen(claim) &&
      claim.givers.some(
        (giver) => giver !== claim.taker && component.get(giver) === component.get(claim.taker),
      ),
  );
};

/** An extra step that empties a field before its new value can be written. */
const vacate = (giver: Draft, field: Field): Draft => {
  const change = giver.changes.find((one) => one.field === field.name);
  const row = draft({
    kind: 'UPDATE_ACCOUNT',
    phase: giver.phase,
    objectId: giver.objectId,
    externalId: giver.externalId,
    name: giver.name,
    reason: 'VACATE_VALUE',
    rule: `fields.${field.name}`,
    base: giver.base,
    content: { values: { [field.name]: null } },
    changes: [{ field: field.name, before: change?.before ?? null, after: null }],
    needs: giver.needs,
  });
  row.vacatedFor = giver;
  giver.needs = added(giver.needs, row);
  giver.changes = giver.changes.map((one) => (one === change ? { ...one, before: null } : one));
  return row;
};

const arrange = (claims: readonly Claim[], emptied: ReadonlySet<Claim>): Draft[] => {
  const extra = new Map<Draft, Map<Field, Draft>>();
  const vacated = (giver: Draft, field: Field): Draft => {
    const rows = extra.get(giver) ?? new Map<Field, Draft>();
    extra.set(giver, rows);
    const row = rows.get(field) ?? vacate(giver, field);
    rows.set(field, row);
    return row;
  };
  for (const claim of claims) {
    for (const giver of claim.givers) {
      const isEmptied = emptied.has(claim) && giver.kind === 'UPDATE_ACCOUNT';
      const room = isEmptied ? vacated(giver, claim.field) : giver;
      claim.taker.room = added(claim.taker.room, room);
    }
  }
  return [...extra.values()].flatMap((rows) => [...rows.values()]);
};

/**
 * Values of which there may be only one. Two who want the same get it neither; whoever wants what another keeps does
 * not get it; whoever wants what another gives up comes after that. People who wait for each other round about (a swap)
 * have the value emptied first where the platform lets it be empty, and are refused it where not.
 *
 * @returns the extra steps that empty a value
 */
export const settleValues = (
  context: PushContext,
  people: PeoplePlan,
  plans: readonly FieldPlan[],
): readonly Draft[] => {
  const rows = people.rows.filter(
    ({ content, state }) => content.values !== undefined && state === 'PLANNED',
  );
  if (rows.length === 0) return [];
  const fields = plans
    .filter(({ target }) => target.unique)
    .map((plan) => fieldOf(context, plan, rows))
    .filter((field) => field !== null);
  const { claims, refused } = claimsOf(people, fields);
  let open = refuseAll(context, refused, [...claims, ...refused]);
  for (;;) {
    const stuck = roundAbout(open, ({ field }) => !canClear(field));
    if (stuck.length === 0) break;
    open = refuseAll(context, stuck, open);
  }
  const emptied = new Set(roundAbout(open, () => true).filter(({ field }) => canClear(field)));
  return arrange(open, emptied);
};

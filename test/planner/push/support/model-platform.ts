import { createHash } from 'node:crypto';
import type { RemoteAccountState, RemoteUnitState } from '../../../../src/planner/push/facts.ts';

/**
 * A platform in memory that refuses what a real one refuses. It knows nothing of plans and shares no code with the
 * planner: whatever it takes without a word really could have been done, in that order.
 */
export interface ModelUnit {
  parent: string | null;
  name: string;
  order: string;
}

export interface ModelSeat {
  unit: string;
  leader: boolean;
}

export interface ModelPerson {
  values: Record<string, string | null>;
  seats: ModelSeat[];
  manager: string | null;
  active: boolean;
}

export interface ModelRules {
  /** Platform id of the company's own unit; `null` = a forest. */
  readonly root: string | null;
  readonly foldNames: boolean;
  readonly memberRequired: boolean;
  readonly maxSeats: number | null;
  readonly maxDepth: number | null;
  readonly unique: readonly string[];
  readonly required: readonly string[];
}

export class Refused extends Error {}

const refuse = (why: string): never => {
  throw new Refused(why);
};

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

export class ModelPlatform {
  readonly units = new Map<string, ModelUnit>();
  readonly people = new Map<string, ModelPerson>();
  readonly rules: ModelRules;
  #next = 0;

  constructor(rules: ModelRules) {
    this.rules = rules;
  }

  copy(): ModelPlatform {
    const other = new ModelPlatform(this.rules);
    for (const [id, unit] of this.units) other.units.set(id, { ...unit });
    for (const [id, person] of this.people) other.people.set(id, structuredClone(person));
    other.#next = this.#next;
    return other;
  }

  createUnit(parent: string | null, name: string): string {
    this.#checkParent(parent);
    this.#checkName(parent, name, null);
    const id = `new-unit-${this.#next++}`;
    this.units.set(id, { parent, name, order: '0' });
    this.#checkDepth(id);
    return id;
  }

  renameUnit(id: string, name: string): void {
    const unit = this.#unit(id);
    this.#checkName(unit.parent, name, id);
    unit.name = name;
  }

  moveUnit(id: string, parent: string | null, name?: string): void {
    const unit = this.#unit(id);
    if (id === this.rules.root) refuse('the root cannot be moved');
    this.#checkParent(parent);
    for (let at = parent; at !== null; at = this.#unit(at).parent) {
      if (at === id) refuse(`${id} would hang below itself`);
    }
    this.#checkName(parent, name ?? unit.name, id);
    unit.parent = parent;
    unit.name = name ?? unit.name;
    this.#checkDepth(id);
  }

  deleteUnit(id: string): void {
    this.#unit(id);
    if (id === this.rules.root) refuse('the root cannot be removed');
    for (const other of this.units.values()) if (other.parent === id) refuse(`${id} has units in it`);
    for (const [who, { seats }] of this.people) {
      if (seats.some(({ unit }) => unit === id)) refuse(`${who} is still in ${id}`);
    }
    this.units.delete(id);
  }

  createPerson(id: string | null, values: Record<string, string | null>, units: readonly string[]): string {
    const own = id ?? `new-person-${this.#next++}`;
    if (this.people.has(own)) refuse(`the id ${own} is taken`);
    for (const field of this.rules.required) if (!values[field]) refuse(`${field} is missing`);
    this.#checkUnique(values, null);
    this.#checkSeats(units);
    const kept = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
    const seats = units.map((unit) => ({ unit, leader: false }));
    this.people.set(own, { values: kept, seats, manager: null, active: true });
    return own;
  }

  updatePerson(id: string, values: Record<string, string | null>, units: readonly string[] | null): void {
    const person = this.#person(id);
    for (const field of this.rules.required) if (values[field] === null) refuse(`${field} cannot be empty`);
    this.#checkUnique(values, id);
    if (units !== null) this.#checkSeats(units);
    person.values = { ...person.values, ...values };
    if (units === null) return;
    person.seats = units.map((unit) => ({
      unit,
      leader: person.seats.some((seat) => seat.unit === unit && seat.leader),
    }));
  }

  setActive(id: string, active: boolean): void {
    this.#person(id).active = active;
  }

  deletePerson(id: string): void {
    this.#person(id);
    this.people.delete(id);
    for (const person of this.people.values()) if (person.manager === id) person.manager = null;
  }

  setManager(id: string, manager: string | null): void {
    if (manager !== null) this.#person(manager);
    this.#person(id).manager = manager;
  }

  setLeaders(id: string, leaders: readonly string[]): void {
    this.#unit(id);
    for (const leader of leaders) {
      if (!this.#person(leader).seats.some(({ unit }) => unit === id)) refuse(`${leader} is not in ${id}`);
    }
    for (const [who, { seats }] of this.people) {
      for (const seat of seats) if (seat.unit === id) seat.leader = leaders.includes(who);
    }
  }

  unitStates(): RemoteUnitState[] {
    return [...this.units].map(([externalId, unit]) => ({
      externalId,
      parentExternalId: unit.parent,
      name: unit.name,
      order: unit.order,
      hash: hashOf(unit),
      gone: false,
    }));
  }

  accountStates(): RemoteAccountState[] {
    return [...this.people].map(([externalId, person]) => ({
      value: {
        externalId,
        ids: [],
        name: person.values['name'] ?? null,
        mobile: person.values['mobile'] ?? null,
        email: person.values['email'] ?? null,
        jobNumber: person.values['jobNumber'] ?? null,
        title: person.values['title'] ?? null,
        managerExternalId: person.manager,
        active: person.active,
        memberships: person.seats.map(({ unit, leader }) => ({ orgUnitExternalId: unit, leader })),
        attributes: {},
      },
      hash: hashOf(person),
      gone: false,
    }));
  }

  #unit(id: string): ModelUnit {
    return this.units.get(id) ?? refuse(`there is no unit ${id}`);
  }

  #person(id: string): ModelPerson {
    return this.people.get(id) ?? refuse(`there is nobody called ${id}`);
  }

  #checkParent(parent: string | null): void {
    if (parent !== null) this.#unit(parent);
    else if (this.rules.root !== null) refuse('everything hangs below the root');
  }

  #checkName(parent: string | null, name: string, self: string | null): void {
    if (name === '' || name.includes('-') || [...name].length > 64) refuse(`no such name: ${name}`);
    const key = (text: string): string => (this.rules.foldNames ? text.toLowerCase() : text);
    for (const [id, unit] of this.units) {
      if (id !== self && unit.parent === parent && key(unit.name) === key(name)) {
        refuse(`${id} is called ${name} already`);
      }
    }
  }

  #checkDepth(id: string): void {
    const { maxDepth, root } = this.rules;
    if (maxDepth === null) return;
    let depth = root === null ? 1 : 0;
    for (let at = this.#unit(id).parent; at !== null; at = this.#unit(at).parent) depth++;
    if (depth > maxDepth) refuse(`${id} would be too deep`);
  }

  #checkUnique(values: Record<string, string | null>, self: string | null): void {
    for (const field of this.rules.unique) {
      const value = values[field];
      if (!value) continue;
      for (const [id, person] of this.people) {
        if (id !== self && person.values[field]?.toLowerCase() === value.toLowerCase()) {
          refuse(`${id} has ${field} ${value} already`);
        }
      }
    }
  }

  #checkSeats(units: readonly string[]): void {
    for (const unit of units) this.#unit(unit);
    if (new Set(units).size !== units.length) refuse('a unit twice');
    if (units.length === 0 && this.rules.memberRequired) refuse('a person has to be in a unit');
    const { maxSeats } = this.rules;
    if (maxSeats !== null && units.length > maxSeats) refuse('too many units');
  }
}

import { expect } from 'vitest';
import {
  newId,
  type OpenConnection,
  type TargetCapabilities,
  type TargetMembership,
  type TargetOperation,
  type TargetOperationKind,
  type TargetResult,
  type TargetValues,
} from '../../src/domain/index.ts';
import type { ApplyOptions, DirectoryTarget } from '../../src/ports/directory-target.ts';
import type { HeldAccount, HeldOrgUnit, TargetStandIn } from './target-stand-in.ts';

/** Everything that the stand-in holds at one moment. */
export interface Held {
  readonly orgUnits: ReadonlyMap<string, HeldOrgUnit>;
  readonly accounts: ReadonlyMap<string, HeldAccount>;
}

/** One operation, prepared, and what must be there once it was applied. */
export interface Scene {
  readonly operation: TargetOperation;
  /** The object that may change; `null` = one that is new. */
  readonly touches: string | null;
  /** Looks at the object afterwards, `undefined` when it is gone. */
  readonly expects: (object: HeldOrgUnit | HeldAccount | undefined, result: TargetResult) => void;
}

export interface SceneMaker {
  readonly name: string;
  readonly kind: TargetOperationKind;
  readonly make: (lab: TargetLab) => Promise<Scene>;
}

/** A target, its stand-in, and what the scenes need again and again. */
export class TargetLab {
  readonly target: DirectoryTarget;
  readonly standIn: TargetStandIn;
  readonly connection: OpenConnection;
  readonly capabilities: TargetCapabilities;
  #number = 0;
  #top: Promise<string> | undefined;

  constructor(target: DirectoryTarget, standIn: TargetStandIn) {
    this.target = target;
    this.standIn = standIn;
    this.connection = standIn.connection();
    this.capabilities = target.capabilities(this.connection);
  }

  number(): number {
    this.#number += 1;
    return this.#number;
  }

  /** A unit below which everything happens until there is another. */
  top(): Promise<string> {
    this.#top ??= this.orgUnit(this.capabilities.rootExternalId);
    return this.#top;
  }

  /** Begins below a new unit: some platforms go through a whole unit for each of its people. */
  moveOn(): void {
    this.#top = undefined;
  }

  apply(operation: TargetOperation, options: Partial<ApplyOptions> = {}): Promise<TargetResult> {
    const { signal } = new AbortController();
    const plain = { signal, afterUnknownOutcome: false, urgent: false };
    return this.target.apply(this.connection, operation, { ...plain, ...options });
  }

  async held(): Promise<Held> {
    const orgUnits = await this.standIn.orgUnits();
    const accounts = await this.standIn.accounts();
    return {
      orgUnits: new Map(orgUnits.map((one) => [one.externalId, one])),
      accounts: new Map(accounts.map((one) => [one.externalId, one])),
    };
  }

  async orgUnit(parentExternalId: string | null): Promise<string> {
    const [id] = await this.standIn.addOrgUnits(parentExternalId, [`部门${this.number()}`]);
    if (id === undefined) throw new TypeError('no unit was added');
    return id;
  }

  /** The person that a `CREATE_ACCOUNT` would make. */
  async creation(more: { readonly values?: TargetValues; readonly chosen?: boolean } = {}) {
    const number = this.number();
    const chosen = more.chosen ?? this.capabilities.accountIds.mode === 'CHOSEN';
    return {
      kind: 'CREATE_ACCOUNT',
      accountId: newId<'Account'>(),
      externalId: chosen ? `person-${number}` : null,
      values: { ...this.standIn.values(number), ...more.values },
      memberships: [place(await this.top(), true)],
    } as const satisfies TargetOperation;
  }

  /** Somebody whom Muster has made, in these units (else the top one), with something foreign at him. */
  async account(orgUnitExternalIds?: readonly string[]): Promise<string> {
    const operation = await this.creation();
    const places = orgUnitExternalIds?.map((id, index) => place(id, index === 0));
    const { externalId } = await this.apply({ ...operation, memberships: places ?? operation.memberships });
    if (externalId === null) throw new TypeError('nobody was made');
    await this.standIn.addForeign(externalId);
    return externalId;
  }

  /** An order that no 64-bit float can hold, or the first of those that can be written. */
  order(): { readonly order?: string } {
    const { orders, orderRange } = this.capabilities;
    if (!orders) return {};
    const number = this.number();
    const [first] = orderRange ?? [];
    const order =
      first === undefined ? `-17627580849020${1000 + number}` : String(BigInt(first) + BigInt(number));
    return { order };
  }
}

export const place = (orgUnitExternalId: string, primary = false): TargetMembership => ({
  orgUnitExternalId,
  primary,
});

const asUnit = (object: HeldOrgUnit | HeldAccount | undefined): HeldOrgUnit => {
  if (object === undefined || !('leaderExternalIds' in object)) throw new TypeError('no unit is held');
  return object;
};

const asAccount = (object: HeldOrgUnit | HeldAccount | undefined): HeldAccount => {
  if (object === undefined || !('memberships' in object)) throw new TypeError('no person is held');
  return object;
};

const unitIds = (account: HeldAccount): readonly string[] =>
  account.memberships.map((one) => one.orgUnitExternalId);

const createOrgUnit = async (lab: TargetLab): Promise<Scene> => {
  const parentExternalId = await lab.top();
  const name = `新部门${lab.number()}`;
  const order = lab.capabilities.orders ? { order: '7' } : {};
  return {
    operation: { kind: 'CREATE_ORG_UNIT', orgUnitId: newId<'OrgUnit'>(), parentExternalId, name, ...order },
    touches: null,
    expects: (object) => expect(asUnit(object)).toMatchObject({ name, parentExternalId, ...order }),
  };
};

const updateOrgUnit = async (lab: TargetLab): Promise<Scene> => {
  const parentExternalId = await lab.top();
  const externalId = await lab.orgUnit(parentExternalId);
  const change = { name: `改名${lab.number()}`, ...(lab.capabilities.orders ? { order: '9' } : {}) };
  return {
    operation: { kind: 'UPDATE_ORG_UNIT', externalId, ...change },
    touches: externalId,
    expects: (object) => expect(asUnit(object)).toMatchObject({ parentExternalId, ...change }),
  };
};

const moveOrgUnit = async (lab: TargetLab): Promise<Scene> => {
  const externalId = await lab.orgUnit(await lab.top());
  const parentExternalId = await lab.orgUnit(await lab.top());
  await lab.orgUnit(externalId);
  const name = `搬${lab.number()}`;
  return {
    operation: { kind: 'MOVE_ORG_UNIT', externalId, parentExternalId, name },
    touches: externalId,
    expects: (object) => expect(asUnit(object)).toMatchObject({ parentExternalId, name }),
  };
};

const deleteOrgUnit = async (lab: TargetLab): Promise<Scene> => {
  const externalId = await lab.orgUnit(await lab.top());
  return {
    operation: { kind: 'DELETE_ORG_UNIT', externalId },
    touches: externalId,
    expects: (object) => expect(object).toBeUndefined(),
  };
};

const setLeaders =
  (count: number) =>
  async (lab: TargetLab): Promise<Scene> => {
    const externalId = await lab.orgUnit(await lab.top());
    const people = await Promise.all([lab.account([externalId]), lab.account([externalId])]);
    await lab.apply({ kind: 'SET_LEADERS', externalId, leaderExternalIds: people.slice(1) });
    const leaderExternalIds = people.slice(0, count).toSorted();
    return {
      operation: { kind: 'SET_LEADERS', externalId, leaderExternalIds },
      touches: externalId,
      expects: (object) => expect(asUnit(object).leaderExternalIds.toSorted()).toEqual(leaderExternalIds),
    };
  };

const createAccount =
  (chosen: boolean) =>
  async (lab: TargetLab): Promise<Scene> => {
    const operation = await lab.creation({ chosen });
    const more = lab.capabilities.maxMemberships === 1 ? [] : [place(await lab.orgUnit(await lab.top()))];
    const memberships = [...operation.memberships, ...more].map((one) => ({ ...one, ...lab.order() }));
    return {
      operation: { ...operation, memberships },
      touches: null,
      expects(object, { externalId }) {
        const account = asAccount(object);
        if (operation.externalId !== null) expect(externalId).toBe(operation.externalId);
        expect(account.values).toMatchObject(operation.values);
        expect(account.memberships).toEqual(memberships.map(({ primary: _, ...one }) => one));
      },
    };
  };

const updateAccount =
  (empty: boolean) =>
  async (lab: TargetLab): Promise<Scene> => {
    const externalId = await lab.account();
    const next = lab.standIn.values(lab.number());
    const values = Object.fromEntries(
      lab.capabilities.fields
        .filter((field) => field.updatable && (!empty || field.clearable))
        .map(({ name }) => [name, empty ? null : (next[name] ?? null)]),
    );
    return {
      operation: { kind: 'UPDATE_ACCOUNT', externalId, values },
      touches: externalId,
      expects: (object) => expect(asAccount(object).values).toMatchObject(values),
    };
  };

const moveAccount =
  (kind: 'MOVE_ACCOUNT' | 'UPDATE_ACCOUNT') =>
  async (lab: TargetLab): Promise<Scene> => {
    const many = lab.capabilities.maxMemberships !== 1;
    const kept = await lab.orgUnit(await lab.top());
    const left = await lab.orgUnit(await lab.top());
    const before = many ? [left, kept] : [left];
    const externalId = await lab.account(before);
    const entered = await lab.orgUnit(await lab.top());
    const after = many ? [entered, kept] : [entered];
    const title = lab.capabilities.fields.some(({ name }) => name === 'title');
    const values: TargetValues = kind === 'UPDATE_ACCOUNT' && title ? { title: `职务${lab.number()}` } : {};
    return {
      operation: {
        kind,
        externalId,
        values,
        memberships: after.map((id, index) => place(id, index === 0)),
        membershipsBefore: before.map((id, index) => place(id, index === 0)),
      },
      touches: externalId,
      expects(object) {
        expect(unitIds(asAccount(object)).toSorted()).toEqual(after.toSorted());
        expect(asAccount(object).values).toMatchObject(values);
      },
    };
  };

const setManager =
  (cleared: boolean) =>
  async (lab: TargetLab): Promise<Scene> => {
    const externalId = await lab.account();
    const boss = await lab.account();
    if (cleared) await lab.apply({ kind: 'SET_MANAGER', externalId, managerExternalId: boss });
    const managerExternalId = cleared ? null : boss;
    return {
      operation: { kind: 'SET_MANAGER', externalId, managerExternalId },
      touches: externalId,
      expects: (object) => expect(asAccount(object)).toMatchObject({ managerExternalId }),
    };
  };

const setActive =
  (kind: 'ENABLE_ACCOUNT' | 'DISABLE_ACCOUNT') =>
  async (lab: TargetLab): Promise<Scene> => {
    const externalId = await lab.standIn.hire(await lab.top(), lab.number());
    const active = kind === 'ENABLE_ACCOUNT';
    if (active) await lab.apply({ kind: 'DISABLE_ACCOUNT', externalId });
    return {
      operation: { kind, externalId },
      touches: externalId,
      expects: (object) => expect(asAccount(object)).toMatchObject({ active }),
    };
  };

const deleteAccount = async (lab: TargetLab): Promise<Scene> => {
  const externalId = await lab.account();
  return {
    operation: { kind: 'DELETE_ACCOUNT', externalId },
    touches: externalId,
    expects: (object) => expect(object).toBeUndefined(),
  };
};

/** Every way of writing; those that a platform cannot do are left out by its capabilities. */
export const SCENES: readonly SceneMaker[] = [
  { name: 'creates a unit', kind: 'CREATE_ORG_UNIT', make: createOrgUnit },
  { name: 'renames a unit', kind: 'UPDATE_ORG_UNIT', make: updateOrgUnit },
  { name: 'moves a unit with what is in it', kind: 'MOVE_ORG_UNIT', make: moveOrgUnit },
  { name: 'sets leaders', kind: 'SET_LEADERS', make: setLeaders(2) },
  { name: 'takes all leaders away', kind: 'SET_LEADERS', make: setLeaders(0) },
  { name: 'deletes a unit', kind: 'DELETE_ORG_UNIT', make: deleteOrgUnit },
  { name: 'creates a person under a chosen id', kind: 'CREATE_ACCOUNT', make: createAccount(true) },
  { name: 'creates a person', kind: 'CREATE_ACCOUNT', make: createAccount(false) },
  { name: 'changes every field', kind: 'UPDATE_ACCOUNT', make: updateAccount(false) },
  { name: 'empties every field that can be', kind: 'UPDATE_ACCOUNT', make: updateAccount(true) },
  { name: 'changes a field and the units', kind: 'UPDATE_ACCOUNT', make: moveAccount('UPDATE_ACCOUNT') },
  { name: 'changes the units', kind: 'MOVE_ACCOUNT', make: moveAccount('MOVE_ACCOUNT') },
  { name: 'sets a manager', kind: 'SET_MANAGER', make: setManager(false) },
  { name: 'takes the manager away', kind: 'SET_MANAGER', make: setManager(true) },
  { name: 'disables a person', kind: 'DISABLE_ACCOUNT', make: setActive('DISABLE_ACCOUNT') },
  { name: 'enables a person', kind: 'ENABLE_ACCOUNT', make: setActive('ENABLE_ACCOUNT') },
  { name: 'deletes a person', kind: 'DELETE_ACCOUNT', make: deleteAccount },
];

/** The scenes that this platform can play. */
export const scenesOf = ({ operations, accountIds }: TargetCapabilities): readonly SceneMaker[] =>
  SCENES.filter(({ kind }) => operations.has(kind)).filter(
    ({ name }) => accountIds.mode === 'CHOSEN' || name !== 'creates a person under a chosen id',
  );

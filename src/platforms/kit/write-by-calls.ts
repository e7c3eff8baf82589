import type { TargetOperation } from '../../domain/index.ts';
import type { OperationWriter } from './carry-out.ts';

type Of<Kind> = Extract<TargetOperation, { readonly kind: Kind }>;

/** What operations say of a unit. */
export interface UnitContent {
  readonly name?: string;
  readonly order?: string;
  readonly parentExternalId?: string | null;
}

/** One function for each thing that can be done to a tree and its people. Ids are the platform's. */
export interface WritingCalls {
  /** Answers with the id of the new unit. */
  createUnit(operation: Of<'CREATE_ORG_UNIT'>): Promise<string>;
  changeUnit(operation: Of<'UPDATE_ORG_UNIT' | 'MOVE_ORG_UNIT'>): Promise<unknown>;
  setLeaders(operation: Of<'SET_LEADERS'>): Promise<unknown>;
  removeUnit(id: string): Promise<unknown>;
  /** Answers with the id of the new person. */
  createAccount(operation: Of<'CREATE_ACCOUNT'>): Promise<string>;
  /** Answers with the fields of which nobody knows whether they were taken. */
  changeAccount(operation: Of<'UPDATE_ACCOUNT' | 'MOVE_ACCOUNT'>): Promise<readonly string[]>;
  setManager(id: string, managerId: string | null): Promise<unknown>;
  switchAccount(id: string, on: boolean): Promise<unknown>;
  removeAccount(id: string): Promise<unknown>;
}

/** Carries out one operation by the call for its kind. */
export const writeByCalls =
  (calls: WritingCalls): OperationWriter['write'] =>
  async (operation) => {
    switch (operation.kind) {
      case 'CREATE_ORG_UNIT':
        return { externalId: await calls.createUnit(operation) };
      case 'CREATE_ACCOUNT':
        return { externalId: await calls.createAccount(operation) };
      case 'UPDATE_ACCOUNT':
      case 'MOVE_ACCOUNT': {
        const unconfirmed = await calls.changeAccount(operation);
        return { externalId: operation.externalId, ...(unconfirmed.length === 0 ? {} : { unconfirmed }) };
      }
      case 'UPDATE_ORG_UNIT':
      case 'MOVE_ORG_UNIT':
        await calls.changeUnit(operation);
        break;
      case 'SET_LEADERS':
        await calls.setLeaders(operation);
        break;
      case 'DELETE_ORG_UNIT':
        await calls.removeUnit(operation.externalId);
        break;
      case 'SET_MANAGER':
        await calls.setManager(operation.externalId, operation.managerExternalId);
        break;
      case 'ENABLE_ACCOUNT':
      case 'DISABLE_ACCOUNT':
        await calls.switchAccount(operation.externalId, operation.kind === 'ENABLE_ACCOUNT');
        break;
      case 'DELETE_ACCOUNT':
        await calls.removeAccount(operation.externalId);
        break;
    }
    return { externalId: operation.externalId };
  };

/** Values of a new person: one that is empty is not told. */
export const toldOnly = (values: Of<'CREATE_ACCOUNT'>['values']) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

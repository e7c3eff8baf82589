import { AppError, type OpenConnection, type TargetOperation } from '../../domain/index.ts';
import type { DirectoryTarget } from '../../ports/directory-target.ts';
import { type TargetCalls, targetByCalls } from '../kit/call-target.ts';
import { unitNumber as departmentId, exactInteger } from '../kit/json.ts';
import type { PlatformServices } from '../kit/services.ts';
import { treeOperations } from '../kit/target-field.ts';
import { DingtalkClient } from './client.ts';
import { dingtalkSettings } from './config.ts';
import { fieldsOf, membershipsBody, valuesBody } from './fields.ts';
import { DEPARTMENT, dingtalkReader, idByMobile, idsOf, ROOT } from './source.ts';
import * as types from './types.ts';

const USER = '/topapi/v2/user';
/** Custom fields that are not in the call stay: by default they are cleared. */
const APPEND = { ext_attrs_update_mode: 1 };

/** A reference, or the order to clear it: an absent one stays. */
const reference = (field: string, value: string): Record<string, string> =>
  value === '' ? { force_update_fields: field } : { [field]: value };

const orderOf = (order: string | undefined) => (order === undefined ? undefined : exactInteger(order));

/** What the call of an operation on something that is there already changes. */
const changeBody = (
  operation: Exclude<TargetOperation, { readonly kind: `CREATE_${string}` }>,
  connection: OpenConnection,
): Record<string, unknown> => {
  switch (operation.kind) {
    case 'UPDATE_ORG_UNIT':
      return { name: operation.name, order: orderOf(operation.order) };
    case 'MOVE_ORG_UNIT':
      return { name: operation.name, parent_id: departmentId(operation.parentExternalId ?? ROOT) };
    case 'SET_LEADERS':
      return reference('dept_manager_userid_list', operation.leaderExternalIds.join(','));
    case 'SET_MANAGER':
      return { ...APPEND, ...reference('manager_userid', operation.managerExternalId ?? '') };
    case 'UPDATE_ACCOUNT':
    case 'MOVE_ACCOUNT': {
      const { values, memberships } = operation;
      const places = memberships === undefined ? {} : membershipsBody(memberships);
      return { ...APPEND, ...valuesBody(connection, values), ...places };
    }
    default:
      return {};
  }
};

const dingtalkCalls = (client: DingtalkClient, connection: OpenConnection): TargetCalls => {
  const reader = dingtalkReader(client, connection);
  const write = (path: string, body: Record<string, unknown>, object: string) =>
    client.post(path, body, { schema: types.done, object, writes: true });
  const createDepartment = async (operation: Extract<TargetOperation, { kind: 'CREATE_ORG_UNIT' }>) => {
    const { name, orgUnitId, parentExternalId, order } = operation;
    const parent_id = departmentId(parentExternalId ?? ROOT);
    const body = { name, parent_id, source_identifier: orgUnitId, order: orderOf(order) };
    const how = { schema: types.departmentMade, object: name, writes: true };
    return { externalId: (await client.post(`${DEPARTMENT}/create`, body, how)).result.dept_id };
  };

  const createUser = async (operation: Extract<TargetOperation, { kind: 'CREATE_ACCOUNT' }>) => {
    const { externalId, values, memberships } = operation;
    const id = externalId === null ? {} : { userid: externalId };
    const told = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
    const body = { ...id, ...valuesBody(connection, told), ...membershipsBody(memberships) };
    const object = externalId ?? values['mobile'] ?? '';
    const how = { schema: types.personMade, object, writes: true };
    const { userid, unionId, unionid = unionId } = (await client.post(`${USER}/create`, body, how)).result;
    return { externalId: userid, ids: idsOf(userid, unionid) };
  };

  /** Sub-departments would go with it, others' as well: it is deleted only when it has none. */
  const deleteDepartment = async (id: string): Promise<void> => {
    if ((await reader.childIds(id)).length > 0)
      throw new AppError('PLATFORM_ORG_UNIT_HAS_CHILDREN', { details: { object: id } });
    await write(`${DEPARTMENT}/delete`, { dept_id: departmentId(id) }, id);
  };

  return {
    reader,
    accountIdByMobile: (mobile) => idByMobile(client, String(valuesBody(connection, { mobile })['mobile'])),
    async write(operation) {
      if (operation.kind === 'CREATE_ORG_UNIT') return createDepartment(operation);
      if (operation.kind === 'CREATE_ACCOUNT') return createUser(operation);
      const { kind, externalId } = operation;
      const body = changeBody(operation, connection);
      if (kind === 'DELETE_ORG_UNIT') await deleteDepartment(externalId);
      else if (kind === 'DELETE_ACCOUNT') await write(`${USER}/delete`, { userid: externalId }, externalId);
      else if (kind === 'DISABLE_ACCOUNT') await client.accountSwitch(externalId, 'disable');
      else if (kind === 'ENABLE_ACCOUNT') await client.accountSwitch(externalId, 'enable');
      else if (kind === 'SET_LEADERS' || kind.endsWith('_ORG_UNIT'))
        await write(`${DEPARTMENT}/update`, { dept_id: departmentId(externalId), ...body }, externalId);
      else await write(`${USER}/update`, { userid: externalId, ...body }, externalId);
      return { externalId };
    },
  };
};

/** Writing side of DingTalk (rows W-DD-30…36, 45…48). Limits: pages of the calls, and `qidian/help-detail-1061042006`. */
export const dingtalkTarget = (services: PlatformServices): DirectoryTarget =>
  targetByCalls({
    open: (connection, how) => dingtalkCalls(new DingtalkClient(services, connection, how), connection),
    capabilities: (connection) => ({
      operations: treeOperations({ disables: dingtalkSettings(connection).disableAccounts === 'exclusive' }),
      rootExternalId: ROOT,
      orgUnitName: {
        maxLength: 64,
        pattern: { source: '[^-,，]+', message: { zh: '不能含有 - , ，', en: 'it must not contain - , ，' } },
      },
      foldOrgUnitNames: false,
      maxDepth: 20,
      maxChildren: 1000,
      maxMemberships: 100,
      membershipRequired: true,
      deleteOnlyEmpty: true,
      accountIds: { mode: 'CHOSEN', rule: { maxLength: 64 }, foldCase: false },
      fields: fieldsOf(connection),
      orders: true,
    }),
  });

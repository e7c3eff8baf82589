import type { OrgUnitId, RemoteOrgUnitValue } from '../../../src/domain/index.ts';
import type { RosterOrgUnit } from '../../../src/planner/facts.ts';

export const id = (text: string): OrgUnitId => `unit-${text}` as OrgUnitId;
export const ROOT = id('root');

export const unit = (key: string, parentId: OrgUnitId | null, name: string): RosterOrgUnit => ({
  id: id(key),
  parentId,
  name,
  order: '0',
  status: 'ACTIVE',
  attributes: {},
  version: 1,
});

export const remoteUnit = (
  externalId: string,
  parentExternalId: string | null,
  name: string,
): RemoteOrgUnitValue => ({
  externalId,
  ids: [],
  parentExternalId,
  name,
  order: '0',
  attributes: {},
});

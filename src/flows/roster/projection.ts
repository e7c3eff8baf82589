export {
  ACCOUNT_COLUMNS,
  type AccountField,
  type AccountProjection,
  ORG_UNIT_COLUMNS,
  type OrgUnitField,
} from '../../store/queries/roster-projection.ts';

import { fieldRows, vendorRow as row, codeSpan as span, vendorErrorTable } from '../kit/vendor-errors.ts';

const DOC = 'https://open.dingtalk.com/document/development/';
const LIST = `${DOC}server-api-error-codes-1`;
const COMMON = `${DOC}common-errors`;
const LIMITS = `${DOC}how-to-process-api-throttling-on-the-dingtalk-server`;
const CREATE_USER = `${DOC}user-information-creation`;
const UPDATE_DEPARTMENT = `${DOC}address-book-update-department`;
const OBSERVED = 'observed';

const NEW_FORBIDDEN = 'Forbidden.AccessDenied.';
const QPS = `${NEW_FORBIDDEN}QpsLimitFor`;
const QPM = `${NEW_FORBIDDEN}QpmLimitFor`;

/** Vendor code → our code, whose row holds retry class, texts and remedy. Both API families. */
export const dingtalkErrors = vendorErrorTable([
  // The platform's own troubles and limits. 88 stands here for "without sub_code", which is a time-out.
  row('-1 15 88 isp.top-remote-connection-timeout', 'PLATFORM_BUSY', LIST),
  row('60019 system.busy systemError unknownError server.error', 'PLATFORM_BUSY', LIST),
  row(`${span(90001, 90014)} 90017 90018 90019 45009`, 'PLATFORM_THROTTLED', LIMITS),
  row(`${QPS}AppkeyAndApi ${QPS}Api ${QPS}SuitekeyAndOrgAndApi`, 'PLATFORM_THROTTLED', LIMITS),
  row(`${QPM}AppkeyAndApi ${QPM}SuitekeyAndOrgAndApi`, 'PLATFORM_THROTTLED', LIST),
  row(`90020 ${NEW_FORBIDDEN}ApiCountLimitForOrg`, 'PLATFORM_QUOTA_EXHAUSTED', LIMITS),
  // Calls that we should not have made that way.
  row('22 404 InvalidAction.NotFound', 'PLATFORM_CALL_REJECTED', OBSERVED),
  row('40000 41001 AuthenticationFailed.MissingParameter', 'PLATFORM_CALL_REJECTED', LIST),
  row(`40035 40068 40069 41041 400002 ${span(43001, 43006)} 43008 43009`, 'PLATFORM_CALL_REJECTED', LIST),
  row('unsupported.grant.type invalid.param MissingBody', 'PLATFORM_CALL_REJECTED', `${DOC}api-gettoken`),
  // Credentials, rights, range.
  row('40001 40014 42001 InvalidAuthentication accesstoken.expired', 'PLATFORM_TOKEN_INVALID', LIST),
  row('40089 40096 853003 invalidClientIdOrSecret', 'PLATFORM_CREDENTIALS_INVALID', LIST),
  row('invalid.client invalidSuiteKey authFailed', 'PLATFORM_CREDENTIALS_INVALID', `${DOC}api-gettoken`),
  row('33001', 'PLATFORM_COMPANY_MISMATCH', LIST),
  row('50003 unauthorized.client', 'PLATFORM_APP_DISABLED', LIST),
  row('50005', 'PLATFORM_COMPANY_DISABLED', LIST),
  row(`60020 ${NEW_FORBIDDEN}IpNotInWhiteList`, 'PLATFORM_IP_NOT_ALLOWED', LIST),
  row(`60011 43007 ${NEW_FORBIDDEN}AccessTokenPermissionDenied`, 'PLATFORM_PERMISSION_MISSING', COMMON),
  row('50002 50004', 'PLATFORM_OUT_OF_RANGE', COMMON),
  row('40056', 'PLATFORM_AGENT_INVALID', LIST),
  row('33013', 'PLATFORM_APP_LIMIT', LIST),
  row(span(60012, 60015), 'PLATFORM_APP_PROTECTED', LIST),
  // Departments.
  row('60003', 'PLATFORM_ORG_UNIT_UNKNOWN', COMMON),
  row('40009 40066', 'PLATFORM_ORG_UNIT_INVALID', COMMON),
  row('60016', 'PLATFORM_ORG_UNIT_ID_TAKEN', LIST),
  row('60008 60021', 'PLATFORM_ORG_UNIT_NAME_TAKEN', LIST),
  row('60004 40010', 'PLATFORM_PARENT_UNKNOWN', LIST),
  row('60001 60009', 'PLATFORM_NAME_ILLEGAL', LIST),
  row('60022 41049', 'PLATFORM_CONTENT_FORBIDDEN', LIST),
  row('60002', 'PLATFORM_DEPTH_EXCEEDED', LIST),
  row('60005', 'PLATFORM_ORG_UNIT_NOT_EMPTY', LIST),
  row('60006', 'PLATFORM_ORG_UNIT_HAS_CHILDREN', LIST),
  row('60007 60018', 'PLATFORM_ROOT_PROTECTED', LIST),
  row('60010', 'PLATFORM_TREE_CYCLE', LIST),
  row('40023', 'PLATFORM_ORG_UNIT_FULL', LIST),
  row('60110', 'PLATFORM_ORG_UNIT_LIMIT', LIST),
  row('60109 600109 60510', 'PLATFORM_VISIBILITY_INVALID', UPDATE_DEPARTMENT),
  row('40093 60067 60068', 'PLATFORM_GROUP_OWNER_INVALID', UPDATE_DEPARTMENT),
  // People.
  row('33012 40003 60111 60121', 'PLATFORM_ACCOUNT_UNKNOWN', COMMON),
  row('invalidParameter.user.notFound user.not.exist', 'PLATFORM_ACCOUNT_UNKNOWN', COMMON),
  row('40031 40032', 'PLATFORM_ACCOUNT_LIST_INVALID', LIST),
  row('60120', 'PLATFORM_ACCOUNT_DISABLED', LIST),
  row('exclusive.account.only', 'PLATFORM_ACCOUNT_NOT_OURS', `${DOC}disable-an-exclusive-account`),
  row('60102', 'PLATFORM_ACCOUNT_ID_TAKEN', LIST),
  row('60107', 'PLATFORM_ALREADY_MEMBER', CREATE_USER),
  row('40103', 'PLATFORM_INVITED', CREATE_USER),
  row('60103 40104', 'PLATFORM_MOBILE_INVALID', LIST),
  row('60104 40021 40019', 'PLATFORM_MOBILE_TAKEN', LIST),
  row('40022 41054', 'PLATFORM_MOBILE_LOCKED', LIST),
  row('60113 60118', 'PLATFORM_CONTACT_MISSING', LIST),
  row('60105', 'PLATFORM_EMAIL_INVALID', LIST),
  row('60106 40101', 'PLATFORM_EMAIL_TAKEN', LIST),
  row('40100', 'PLATFORM_VALUE_TAKEN', LIST, 'telephone'),
  row('60128', 'PLATFORM_MANAGER_UNKNOWN', CREATE_USER),
  ...fieldRows({ 40011: 'order', 40063: 'telephone', 40064: 'workPlace', 40065: 'remark' }, LIST),
  ...fieldRows({ 60112: 'name', 60119: 'title', 60122: 'extension', 60123: 'jobNumber' }, LIST),
  row('12150', 'PLATFORM_POSITION_MANAGED', `${DOC}user-information-update`),
  row('40020 40024', 'PLATFORM_HEAD_COUNT_LIMIT', LIST),
  // Sign-in, messages, events.
  row('40078 40102 42008 41007 invalidParameter.authCode.notFound', 'PLATFORM_LOGIN_CODE_INVALID', LIST),
  row('40079', 'PLATFORM_LOGIN_NOT_AUTHORIZED', LIST),
  row('50001', 'PLATFORM_REDIRECT_NOT_REGISTERED', LIST),
  row('853001 853002', 'PLATFORM_CLOCK_SKEW', `${DOC}signature-personal-registration`),
  row(`853004 ${span(52010, 52026)}`, 'PLATFORM_SIGNATURE_INVALID', `${DOC}jsapi-authentication`),
  row('41044', 'PLATFORM_SENDING_FORBIDDEN', LIST),
  row('41045 143105', 'PLATFORM_MESSAGE_QUOTA', LIST),
  row('143106', 'PLATFORM_MESSAGE_DUPLICATE', LIST),
  row('71007', 'PLATFORM_CALLBACK_UNKNOWN', LIST),
  row(`71006 ${span(71008, 71013)} ${span(400040, 400056)}`, 'PLATFORM_CALLBACK_REJECTED', LIST),
  row(span(900001, 900010), 'PLATFORM_CALLBACK_CRYPTO', LIST),
]);

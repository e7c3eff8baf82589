import { vendorRow as row, vendorErrorTable } from '../kit/vendor-errors.ts';

const SCIM_TYPE = 'https://www.rfc-editor.org/rfc/rfc7644#section-3.12';
const HTTP = 'https://www.rfc-editor.org/rfc/rfc9110#section-15';
const PRECONDITION = 'https://www.rfc-editor.org/rfc/rfc7644#section-3.14';
const OAUTH = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2';

/** `scimType` where there is one, else the HTTP status; at the token endpoint its `error`. */
export const scimErrors = vendorErrorTable([
  row('uniqueness', 'PLATFORM_VALUE_TAKEN', SCIM_TYPE),
  row('invalidValue mutability', 'PLATFORM_FIELD_INVALID', SCIM_TYPE),
  row('invalidFilter invalidSyntax invalidPath invalidVers noTarget', 'PLATFORM_CALL_REJECTED', SCIM_TYPE),
  row('sensitive tooMany 400 413 501', 'PLATFORM_CALL_REJECTED', SCIM_TYPE),
  row('401', 'PLATFORM_TOKEN_INVALID', SCIM_TYPE),
  row('403', 'PLATFORM_PERMISSION_MISSING', SCIM_TYPE),
  // Without an id in the path it is the address that is wrong.
  row('404', 'PLATFORM_ANSWER_INVALID', SCIM_TYPE),
  row('409', 'PLATFORM_VALUE_TAKEN', SCIM_TYPE),
  // Looked at again by whoever writes; seen outside only when somebody else keeps on changing the resource.
  row('412', 'PLATFORM_BUSY', PRECONDITION),
  row('428', 'PLATFORM_BUSY', 'https://www.rfc-editor.org/rfc/rfc6585#section-3'),
  row('500', 'PLATFORM_BUSY', SCIM_TYPE),
  row('408 502 503 504', 'PLATFORM_BUSY', HTTP),
  row('405 406 414 415 422', 'PLATFORM_CALL_REJECTED', HTTP),
  row('410', 'PLATFORM_ANSWER_INVALID', HTTP),
  row('invalid_client invalid_grant', 'PLATFORM_CREDENTIALS_INVALID', OAUTH),
  row('unauthorized_client invalid_scope', 'PLATFORM_PERMISSION_MISSING', OAUTH),
  row('invalid_request unsupported_grant_type', 'PLATFORM_CALL_REJECTED', OAUTH),
]);

import { AppError } from '../../domain/index.ts';
import type { ApiCall } from './api-client.ts';
import {
  translateVendorError,
  type VendorErrorTable,
  type VendorFailure,
  withoutSecrets,
} from './vendor-errors.ts';

/**
 * What a failed call means by the platform's table. Secrets and the token are blotted out of what it says; a fault of
 * its server that the table does not know may pass.
 */
export const callFailure = (
  table: VendorErrorTable,
  call: ApiCall,
  told: Pick<VendorFailure, 'vendorCode' | 'vendorMessage'> & {
    readonly clientId: string;
    readonly status: number;
    readonly secrets: readonly string[];
  },
): AppError => {
  const { vendorCode, clientId, status } = told;
  const secrets = [...told.secrets, call.query?.['access_token'], ...Object.values(call.headers ?? {})];
  const error = translateVendorError(table, {
    vendorCode,
    vendorMessage: withoutSecrets(told.vendorMessage, secrets),
    api: call.path,
    clientId,
    ...(call.object === undefined ? {} : { object: call.object }),
  });
  const passes = error.code === 'PLATFORM_UNKNOWN_ERROR' && status >= 500;
  return passes ? new AppError('PLATFORM_BUSY', { details: error.details }) : error;
};

import { AppError } from '../../domain/index.ts';
import { isCode } from './vendor-errors.ts';

/**
 * Our address as the platform sees it, where it tells it with every failure: the call asks for what is not there. `null`
 * = it did not tell. Throws what kept the platform from answering.
 */
export const addressInFailure = async (call: () => Promise<unknown>): Promise<string | null> => {
  try {
    await call();
    return null;
  } catch (error) {
    if (!(error instanceof AppError) || error.details['vendorCode'] === undefined) throw error;
    const { address } = error.details;
    return typeof address === 'string' ? address : null;
  }
};

/** Our address as the platform sees it, where it tells it only in refusing us; `null` when it lets us in. */
export const addressInRefusal = async (call: () => Promise<unknown>): Promise<string | null> => {
  try {
    await call();
    return null;
  } catch (error) {
    if (!isCode(error, 'PLATFORM_IP_NOT_ALLOWED')) throw error;
    const { address } = error.details;
    return typeof address === 'string' ? address : null;
  }
};

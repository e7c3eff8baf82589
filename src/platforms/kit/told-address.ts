import { AppError } from '../../domain/index.ts';

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

/** The address that a platform calls, below the public address of the installation. */
export const callbackUrlOf = (publicUrl: string, callbackKey: string): string =>
  `${publicUrl}/callbacks/${callbackKey}`;

import { commonFaults } from './faults.ts';

/** Puts or removes a value inside a body, for the faults that say so. */
export function retype(
  body: Record<string, unknown> | unknown[],
  faults: readonly { readonly kind: string }[],
): void {
  for (const fault of commonFaults(faults)) {
    if (fault.kind !== 'wrongType') continue;
    const parts = fault.path.split('.');
    const last = parts.pop() ?? '';
    let holder: unknown = body;
    for (const part of parts) holder = (holder as Record<string, unknown> | undefined)?.[part];
    if (typeof holder !== 'object' || holder === null) continue;
    if (fault.value === undefined) delete (holder as Record<string, unknown>)[last];
    else (holder as Record<string, unknown>)[last] = fault.value;
  }
}

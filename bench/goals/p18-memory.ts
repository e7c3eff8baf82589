import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { residentMb } from '../world/child.ts';
import { gatewayOn, startGateway } from '../world/gateway.ts';
import type { ImportedCompany } from '../world/imported.ts';
import { fire } from '../world/load.ts';
import { gatewayShot } from './p06-hot-list.ts';

const IDLE_MS = 4_000;
const LOAD = { connections: 16, seconds: 5 };

interface Memory {
  readonly idle: number;
  readonly loaded: number;
}

/** A gateway left alone for a while, and after the load of P6. */
const memoryOn = async (company: ImportedCompany): Promise<Memory> => {
  const gateway = startGateway(await gatewayOn(company.committed.urls, company.place.masterKey));
  try {
    const token = await gateway.signIn(company.place.owner);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const idle = residentMb(gateway.pid).now;
    await fire(gatewayShot(gateway, token), LOAD);
    return { idle, loaded: residentMb(gateway.pid).now };
  } finally {
    await gateway.stop();
  }
};

/** Resident memory of the gateway: idle, under load, and with ten times the accounts. */
export const measureMemory = async (small: ImportedCompany, large: ImportedCompany): Promise<BenchRow[]> => {
  const rounds: { readonly small: Memory; readonly large: Memory }[] = [];
  for (let round = 0; round < 2; round += 1) {
    rounds.push({ small: await memoryOn(small), large: await memoryOn(large) });
  }
  const of = (read: (one: (typeof rounds)[number]) => number): number[] => rounds.map(read);
  return [
    boundRow(
      { id: 'P18', what: 'gateway idle (one sign-in, worker thread started)', unit: 'MB' },
      of(({ large: { idle } }) => idle),
      { atMost: 120 },
    ),
    boundRow(
      { id: 'P18', what: 'gateway under the load of P6', unit: 'MB' },
      of(({ large: { loaded } }) => loaded),
      { atMost: 200 },
    ),
    ratioRow(
      {
        id: 'P18',
        what: `gateway under the load of P6: ${large.people} beside ${small.people} accounts`,
        unit: 'MB',
        limitIs: `the same over ${small.people} accounts`,
        note: 'the goal names 100k → 1M; a tenfold step that fits the time is taken in its place',
      },
      { limit: of(({ small: { loaded } }) => loaded), subject: of(({ large: { loaded } }) => loaded) },
      { atMost: 1.05 },
    ),
  ];
};

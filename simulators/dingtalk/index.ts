export { ALL_SCOPES, type App, type AppInput } from './apps.ts';
export type { CorpEvent } from './event-payloads.ts';
export type { EventPlan, EventRecord } from './event-way.ts';
export type { Fault, FaultRule } from './faults.ts';
export type { ApiTotals, LedgerEntry, LedgerSummary } from './ledger.ts';
export type { Mutate, PersonInput } from './mutate.ts';
export { DEFAULT_SETTINGS, NO_LIMITS, type Settings } from './settings.ts';
export {
  type Control,
  type Description,
  type DingTalkSimulator,
  type SimulatorOptions,
  startDingTalkSimulator,
} from './simulator.ts';

export { type Company, generateCompany } from '../company/index.ts';
export type { ApiTotals, LedgerEntry, LedgerSummary } from '../kit/ledger.ts';
export { AFTER_RESTRICTIONS, type App, type AppInput, BEFORE_RESTRICTIONS } from './apps.ts';
export type { Callback, Callbacks, CallbackTarget, Verification } from './callbacks.ts';
export { type Corp, type Department, type Member, memberOf, statusOf } from './corp.ts';
export type { DeliveryPlan, DeliveryRecord } from './deliveries.ts';
export type { EventForm } from './events.ts';
export type { Fault, FaultRule } from './faults.ts';
export type { Visitor } from './login.ts';
export type { Mutate, PersonInput } from './mutate.ts';
export { DEFAULT_SETTINGS, NO_LIMITS, type Settings } from './settings.ts';
export {
  type Control,
  type Description,
  type SimulatorOptions,
  startWeComSimulator,
  type WeComSimulator,
} from './simulator.ts';

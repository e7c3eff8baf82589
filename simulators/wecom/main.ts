import { parseArgs } from 'node:util';
import { AFTER_RESTRICTIONS, BEFORE_RESTRICTIONS } from './apps.ts';
import { NO_LIMITS } from './settings.ts';
import { startWeComSimulator } from './simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    people: { type: 'string', default: '200' },
    units: { type: 'string' },
    seed: { type: 'string', default: '1' },
    messy: { type: 'boolean', default: false },
    'no-limits': { type: 'boolean', default: false },
    /** An app and a contacts-sync from before 2022-06-20: every field, no address list. */
    'before-restrictions': { type: 'boolean', default: false },
  },
});

const createdAt = values['before-restrictions'] ? BEFORE_RESTRICTIONS : AFTER_RESTRICTIONS;
const simulator = await startWeComSimulator({
  port: Number(values.port),
  company: {
    seed: Number(values.seed),
    people: Number(values.people),
    messy: values.messy,
    ...(values.units === undefined ? {} : { orgUnits: Number(values.units) }),
  },
  apps: [{ createdAt }],
  contacts: { createdAt, oldIps: values['before-restrictions'] ? ['127.0.0.1'] : [] },
  settings: values['no-limits'] ? NO_LIMITS : {},
});

// One line of JSON: a parent process reads it, a person can too.
const { url, corpId, people, departments } = simulator.describe();
const { agentId, clientSecret } = simulator.app;
const credentials = { corpId, agentId, clientSecret, contactsSecret: simulator.contacts.clientSecret };
process.stdout.write(`${JSON.stringify({ url, ...credentials, people, departments })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await simulator.close();
    process.exit(0);
  });
}

import { parseArgs } from 'node:util';
import { NO_LIMITS } from './settings.ts';
import { startDingTalkSimulator } from './simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    people: { type: 'string', default: '200' },
    units: { type: 'string' },
    seed: { type: 'string', default: '1' },
    messy: { type: 'boolean', default: false },
    'no-limits': { type: 'boolean', default: false },
    'separate-hosts': { type: 'boolean', default: false },
  },
});

const simulator = await startDingTalkSimulator({
  port: Number(values.port),
  separateHosts: values['separate-hosts'],
  company: {
    seed: Number(values.seed),
    people: Number(values.people),
    messy: values.messy,
    ...(values.units === undefined ? {} : { orgUnits: Number(values.units) }),
  },
  settings: values['no-limits'] ? NO_LIMITS : {},
});

// One line of JSON: a parent process reads it, a person can too.
const { legacyUrl, newUrl, corpId, apps, people, departments } = simulator.describe();
const [app] = apps;
const credentials = {
  corpId,
  clientId: app?.clientId,
  clientSecret: app?.clientSecret,
  agentId: app?.agentId,
};
process.stdout.write(`${JSON.stringify({ legacyUrl, newUrl, ...credentials, people, departments })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await simulator.close();
    process.exit(0);
  });
}

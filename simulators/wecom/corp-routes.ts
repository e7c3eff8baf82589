import { fail } from './failures.ts';
import type { Handler, Route } from './world.ts';

/** Addresses behind the API's domain, and those that callbacks come from; one in the documented form with a star. */
const API_ADDRESSES = ['198.51.100.10', '198.51.100.11', '198.51.100.12'];
const CALLBACK_ADDRESSES = ['127.0.0.1', '198.51.100.20', '192.0.2.*'];

const agentGet: Handler = ({ settings }, { app, params }) => {
  const agentId = params.queryNumber('agentid');
  if (agentId === undefined) fail(40056);
  if (agentId !== app.agentId) fail(301002);
  return {
    agentid: app.agentId,
    name: app.name,
    square_logo_url: '',
    description: '',
    allow_userinfos: { user: app.range.users.map((userid) => ({ userid })) },
    allow_partys: { partyid: app.range.depts },
    allow_tags: { tagid: [] },
    close: app.enabled ? 0 : 1,
    redirect_domain: '',
    report_location_flag: 0,
    isreportenter: 0,
    home_url: '',
    ...(settings.legacyExtras ? { customized_publish_status: 0 } : {}),
  };
};

const agentList: Handler = (_world, { app }) => ({
  agentlist: [{ agentid: app.agentId, name: app.name, square_logo_url: '' }],
});

const addresses =
  (list: readonly string[]): Handler =>
  () => ({ ip_list: list });

const READ = { method: 'GET', access: 'any' } as const;

export const CORP_ROUTES: readonly Route[] = [
  {
    ...READ,
    path: '/cgi-bin/get_api_domain_ip',
    empty: { ip_list: [] },
    handle: addresses(API_ADDRESSES),
  },
  {
    ...READ,
    path: '/cgi-bin/getcallbackip',
    empty: { ip_list: [] },
    handle: addresses(CALLBACK_ADDRESSES),
  },
  { ...READ, path: '/cgi-bin/agent/get', access: 'apps', handle: agentGet },
  { ...READ, path: '/cgi-bin/agent/list', access: 'apps', empty: { agentlist: [] }, handle: agentList },
];

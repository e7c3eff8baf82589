import { z } from 'zod';

/** Operations of the demo: a document and what it answers. */
export const operation = <T>(document: string, answer: z.ZodType<T>) => ({ document, answer });

const tokens = z.object({ accessToken: z.string() });

export const SIGN_IN = operation(
  'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
  z.object({ signIn: tokens }).transform(({ signIn }) => signIn.accessToken),
);

export const CHANGE_PASSWORD = operation(
  'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }',
  z.object({ changePassword: tokens }).transform(({ changePassword }) => changePassword.accessToken),
);

const connection = z.object({ id: z.string(), name: z.string() });

export const CONNECTIONS = operation(
  '{ connections { id name } }',
  z.object({ connections: z.array(connection) }).transform(({ connections }) => connections),
);

export const CREATE_CONNECTION = operation(
  'mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id name } } }',
  z
    .object({ createConnection: z.object({ connection }) })
    .transform(({ createConnection }) => createConnection.connection),
);

export const UPDATE_CONNECTION = operation(
  'mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { id name } } }',
  z
    .object({ updateConnection: z.object({ connection }) })
    .transform(({ updateConnection }) => updateConnection.connection),
);

export const DELETE_CONNECTION = operation(
  'mutation ($input: ConnectionVersionInput!) { deleteConnection(input: $input) { id } }',
  z.object({ deleteConnection: z.object({ id: z.string() }) }).transform(() => true),
);

const text = z.object({ en: z.string() }).transform(({ en }) => en);

export const TEST_CONNECTION = operation(
  `mutation ($input: TestConnectionInput!) { testConnection(input: $input) {
     passed steps { code subject status message { en } } } }`,
  z
    .object({
      testConnection: z.object({
        passed: z.boolean(),
        steps: z.array(
          z.object({ code: z.string(), subject: z.string(), status: z.string(), message: text }),
        ),
      }),
    })
    .transform(({ testConnection }) => testConnection),
);

const staged = z.object({
  rows: z.number(),
  blocking: z.number(),
  situations: z.record(z.string(), z.number()),
  actions: z.record(z.string(), z.number()),
  decisions: z.record(z.string(), z.number()),
  issues: z.record(z.string(), z.number()),
});
export type StagedCounts = z.infer<typeof staged>;

const run = z.object({
  id: z.string(),
  phase: z.string(),
  progress: z.object({ pages: z.number(), calls: z.number(), orgUnits: z.number(), accounts: z.number() }),
  error: z.object({ code: z.string(), text }).nullable(),
  digest: z.string().nullable(),
  statement: z.object({ complete: z.boolean(), platformAccountCount: z.number().nullable() }).nullable(),
  counts: z
    .object({
      accounts: staged,
      orgUnits: staged,
      unchangedAccounts: z.number(),
      unchangedOrgUnits: z.number(),
    })
    .nullable(),
});
export type Run = z.infer<typeof run>;

const COUNTS = 'rows blocking situations actions decisions issues';
const RUN = `id phase progress { pages calls orgUnits accounts } error { code text { en } } digest
  statement { complete platformAccountCount }
  counts { accounts { ${COUNTS} } orgUnits { ${COUNTS} } unchangedAccounts unchangedOrgUnits }`;

const reviewing = (name: string, input: string) =>
  operation(
    `mutation ($input: ${input}!) { ${name}(input: $input) { importRun { ${RUN} } } }`,
    z.object({ [name]: z.object({ importRun: run }) }).transform((data) => {
      const payload = data[name];
      if (payload === undefined) throw new TypeError(`no ${name}`);
      return payload.importRun;
    }),
  );

export const START_IMPORT = reviewing('startImport', 'StartImportInput');
export const MEND_STAGED = reviewing('mendStaged', 'MendStagedInput');
export const REMOVE_INVALID = reviewing('removeInvalid', 'ImportRunInput');
export const DECIDE_STAGED = reviewing('decideStaged', 'DecideStagedInput');

export const IMPORT_RUN = operation(
  `query ($id: ID!) { importRun(id: $id) { ${RUN} } }`,
  z.object({ importRun: run }).transform(({ importRun }) => importRun),
);

const row = z.object({
  id: z.string(),
  name: z.string().nullable(),
  action: z.string(),
  decision: z.string(),
  changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
  issues: z.array(z.object({ code: z.string(), text, blocking: z.boolean() })),
});
export type Row = z.infer<typeof row>;

export const STAGED_ACCOUNTS = operation(
  `query ($runId: ID!, $filter: StagedFilter) { stagedAccounts(runId: $runId, filter: $filter, first: 200) { nodes {
     id name action decision changes { field before after }
     issues { code text { en } blocking } } } }`,
  z
    .object({ stagedAccounts: z.object({ nodes: z.array(row) }) })
    .transform(({ stagedAccounts }) => stagedAccounts.nodes),
);

export const COMMIT = operation(
  `mutation ($input: CommitImportInput!) { commitImport(input: $input) {
     orgUnits accountsCreated accountsChanged importRun { ${RUN} } } }`,
  z
    .object({
      commitImport: z.object({
        orgUnits: z.number(),
        accountsCreated: z.number(),
        accountsChanged: z.number(),
        importRun: run,
      }),
    })
    .transform(({ commitImport }) => commitImport),
);

const report = z.object({
  accountsDeleted: z.number(),
  accountsRestored: z.number(),
  conflictCount: z.number(),
  digest: z.string(),
});

export const REVERT_PREVIEW = operation(
  `query ($runId: ID!) { revertPreview(runId: $runId) {
     accountsDeleted accountsRestored conflictCount digest } }`,
  z.object({ revertPreview: report }).transform(({ revertPreview }) => revertPreview),
);

export const REVERT = operation(
  `mutation ($input: RevertImportInput!) { revertImport(input: $input) {
     report { accountsDeleted accountsRestored conflictCount digest } importRun { phase } } }`,
  z
    .object({ revertImport: z.object({ report, importRun: z.object({ phase: z.string() }) }) })
    .transform(({ revertImport }) => revertImport),
);

export const TREE = operation(
  '{ orgUnitTree { nodes { id parentId name depth accountCount } } }',
  z
    .object({
      orgUnitTree: z.object({
        nodes: z.array(
          z.object({
            id: z.string(),
            parentId: z.string().nullable(),
            name: z.string(),
            depth: z.number(),
            accountCount: z.number().nullable(),
          }),
        ),
      }),
    })
    .transform(({ orgUnitTree }) => orgUnitTree.nodes),
);

const account = z.object({
  id: z.string(),
  userName: z.string(),
  displayName: z.string(),
  title: z.string().nullable(),
  mobile: z.string().nullable(),
  status: z.string(),
  version: z.number(),
  orgUnit: z.object({ path: z.array(z.string()) }),
});
export type Account = z.infer<typeof account>;
const ACCOUNT = 'id userName displayName title mobile status version orgUnit { path }';

export const ACCOUNTS = operation(
  `query ($filter: AccountFilter, $first: Int!) { accounts(filter: $filter, first: $first) {
     totalCount nodes { ${ACCOUNT} } } }`,
  z
    .object({ accounts: z.object({ totalCount: z.number(), nodes: z.array(account) }) })
    .transform(({ accounts }) => accounts),
);

export const ACCOUNT_BY_ID = operation(
  `query ($id: ID!) { account(id: $id) { ${ACCOUNT} } }`,
  z.object({ account }).transform((data) => data.account),
);

export const UPDATE_ACCOUNT = operation(
  `mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { account { ${ACCOUNT} } } }`,
  z.object({ updateAccount: z.object({ account }) }).transform(({ updateAccount }) => updateAccount.account),
);

export const HISTORY = operation(
  'query ($id: ID!) { accountHistory(id: $id, first: 5) { __typename } }',
  z.object({ accountHistory: z.array(z.unknown()) }).transform(({ accountHistory }) => accountHistory.length),
);

const app = z.object({ id: z.string(), callbackUrl: z.string() });

export const CREATE_CONNECTION_APP = operation(
  'mutation ($input: CreateConnectionAppInput!) { createConnectionApp(input: $input) { connectionApp { id callbackUrl } } }',
  z
    .object({ createConnectionApp: z.object({ connectionApp: app }) })
    .transform((data) => data.createConnectionApp.connectionApp),
);

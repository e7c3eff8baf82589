import { pino } from 'pino';
import { afterAll } from 'vitest';
import { createHttpServer } from '../../http/server.ts';
import { newId, type Principal } from '../../src/domain/index.ts';
import { type Company, openGateway } from '../schema/gateway.ts';
import { copiesIn } from '../schema/platform-copies.ts';

export interface FileAnswer {
  readonly status: number;
  readonly type: string;
  readonly content: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: answers are shaped by what a test asked for
  readonly json: any;
}

/** The API with its files of links, as the product's own server mounts it. */
export const openLinks = async () => {
  const gateway = await openGateway();
  const company = await gateway.company();
  const server = createHttpServer({ logger: pino({ level: 'silent' }), trustProxy: [], secure: false });
  await server.fastify.register(gateway.graphql.plugin);
  await server.fastify.ready();
  afterAll(() => server.fastify.close());

  const answerOf = (answer: { statusCode: number; headers: object; rawPayload: Buffer }): FileAnswer => {
    const type = String(Reflect.get(answer.headers, 'content-type') ?? '');
    const json = type.startsWith('application/json') ? JSON.parse(answer.rawPayload.toString()) : null;
    return { status: answer.statusCode, type, content: answer.rawPayload, json };
  };
  const authorization = (who: Principal | null) =>
    who === null ? {} : { authorization: gateway.ticketOf(who) };

  return {
    gateway,
    company,
    copies: copiesIn(gateway, company),
    /** `what`: the file and its filters, e.g. `links.csv?linked=false`. */
    download: async (connectionId: string, what: string, who: Principal | null = company.owner) =>
      answerOf(
        await server.fastify.inject({
          method: 'GET',
          url: `/connections/${connectionId}/${what}`,
          headers: authorization(who),
        }),
      ),
    upload: async (
      connectionId: string,
      file: { readonly content: Buffer | string; readonly query: string; readonly type?: string },
      who: Principal | null = company.owner,
    ) =>
      answerOf(
        await server.fastify.inject({
          method: 'POST',
          url: `/connections/${connectionId}/links?${file.query}`,
          headers: { 'content-type': file.type ?? 'text/csv', ...authorization(who) },
          payload: file.content,
        }),
      ),
  };
};

export type Links = Awaited<ReturnType<typeof openLinks>>;

/** Accounts of a company, by what tells them apart; their ids by user name. */
export const accountsIn = async (
  { gateway, company }: Pick<Links, 'gateway'> & { readonly company: Company },
  people: readonly {
    userName: string;
    mobile?: string;
    email?: string;
    jobNumber?: string;
    status?: string;
  }[],
): Promise<ReadonlyMap<string, string>> => {
  const ids = new Map(people.map(({ userName }) => [userName, newId<'Account'>() as string]));
  const rows = people.map((person) => ({ ...person, id: ids.get(person.userName) }));
  await gateway.testDatabase.look(
    `with p as (select * from jsonb_to_recordset($3::jsonb)
       as x(id uuid, "userName" text, mobile text, email text, "jobNumber" text, status text)),
     seats as (insert into muster.membership (tenant_id, id, account_id, org_unit_id) select $1, id, id, $2 from p)
     insert into muster.account (tenant_id, id, user_name, display_name, primary_org_unit_id, mobile, email, job_number,
       status, deleted_at)
     select $1, id, "userName", "userName", $2, mobile, email, "jobNumber", coalesce(status, 'ACTIVE'),
       case status when 'DELETED' then now() end from p`,
    [company.tenantId, company.rootId, JSON.stringify(rows)],
  );
  return ids;
};

/** A filled CSV file with the two columns that an import needs. */
export const csvOf = (rows: readonly (readonly [externalId: string, value: string])[]): string =>
  `externalId,link\r\n${rows.map(([id, value]) => `${id},${value}`).join('\r\n')}\r\n`;

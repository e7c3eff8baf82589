import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { faultRuleSchema } from './faults.ts';
import { CREDENTIALS, settingsSchema } from './settings.ts';
import type { World } from './world.ts';

const withReason =
  (act: (request: Request) => unknown) =>
  (request: Request, response: Response): void => {
    try {
      response.json(act(request) ?? {});
    } catch (error) {
      response
        .status(400)
        .json({ error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) });
    }
  };

/** Where another process drives the server; see README.md. */
export const control = (world: World): Router => {
  const router = Router();
  router.get(
    '/',
    withReason(() => ({
      settings: world.settings,
      credentials: CREDENTIALS,
      users: world.users.size,
      groups: world.groups.size,
    })),
  );
  router.post(
    '/settings',
    withReason(({ body }) => Object.assign(world.settings, settingsSchema.partial().parse(body))),
  );
  router.post(
    '/faults',
    withReason(({ body }) => {
      for (const rule of z.array(faultRuleSchema).parse(body)) world.faults.add(rule);
    }),
  );
  router.delete(
    '/faults',
    withReason(() => world.faults.clear()),
  );
  router.get(
    '/ledger',
    withReason(() => world.ledger),
  );
  router.get(
    '/users',
    withReason(() => [...world.users.values()]),
  );
  router.get(
    '/groups',
    withReason(() => [...world.groups.values()]),
  );
  return router;
};

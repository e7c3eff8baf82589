import { expect, test } from 'vitest';
import { AppError } from '../../src/domain/index.ts';
import { createLogger, forRequest, type Logger } from '../../src/logging/index.ts';

const capture = (): { logger: Logger; lines: () => Record<string, unknown>[]; text: () => string } => {
  const written: string[] = [];
  const logger = createLogger({ level: 'debug', to: { write: (line) => void written.push(line) } });
  return { logger, lines: () => written.map((line) => JSON.parse(line)), text: () => written.join('') };
};

test('a line is JSON with time, level by name and the id of its request', () => {
  const { logger, lines } = capture();
  forRequest(logger, 'req-1').info({ accountId: 'a1' }, 'edited');
  expect(lines()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'muster',
      requestId: 'req-1',
      accountId: 'a1',
      msg: 'edited',
    },
  ]);
});

test('secrets are hidden at any depth', () => {
  const { logger, text, lines } = capture();
  logger.info(
    {
      appSecret: 'canary',
      headers: { Authorization: 'Bearer canary', 'set-cookie': ['canary'], accept: 'json' },
      settings: [{ deep: { access_token: 'canary', app_key: 'visible', authCode: 'canary' } }],
      password: 'canary',
      newPassword: 'canary',
    },
    'connected',
  );
  expect(text()).not.toContain('canary');
  expect(lines()[0]).toMatchObject({
    headers: { accept: 'json' },
    settings: [{ deep: { app_key: 'visible' } }],
  });
});

test('people are named by id only', () => {
  const { logger, text } = capture();
  logger.warn({
    row: { mobile: '13800000001', email: 'canary@example.com', displayName: 'canary', id: '7' },
  });
  expect(text()).not.toMatch(/13800000001|canary/);
});

test('errors keep code, constraint and frames, but not the row that they quote', () => {
  const { logger, lines, text } = capture();
  const database = Object.assign(
    new Error('duplicate key value violates unique constraint "account_mobile"'),
    {
      code: '23505',
      constraint: 'account_mobile',
      detail: 'Key (mobile)=(13800000001) already exists.',
    },
  );
  logger.error({
    err: new AppError('NOT_FOUND', {
      details: { type: 'Account', id: '张三' },
      debug: 'by name',
      cause: database,
    }),
  });
  expect(text()).not.toMatch(/13800000001|张三/);
  expect(lines()[0]?.['err']).toMatchObject({
    type: 'AppError',
    code: 'NOT_FOUND',
    debug: 'by name',
    stack: expect.arrayContaining([expect.stringMatching(/^at /)]),
    cause: { code: '23505', constraint: 'account_mobile' },
  });
});

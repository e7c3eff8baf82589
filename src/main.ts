import { enableCompileCache, flushCompileCache } from 'node:module';

// Before anything else is loaded: compiled code is kept between starts.
enableCompileCache();

const { run } = await import('./run.ts');
await run({
  environment: process.env,
  // What was compiled is written now, because a process that is killed writes nothing.
  onReady: flushCompileCache,
});

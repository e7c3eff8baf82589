export { OPTIONS } from './options.ts';
export { type Config, type Environment, readConfig } from './read-config.ts';

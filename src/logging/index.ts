export { createLogger, forRequest, type Logger, type LogSettings } from './logger.ts';

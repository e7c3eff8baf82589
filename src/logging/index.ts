export { createLogger, forRequest, type Logger } from './logger.ts';

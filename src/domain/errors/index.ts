export {
  AppError,
  type AppErrorOptions,
  type ErrorDetails,
  type ErrorRow,
  type RetryClass,
  type Text,
} from './app-error.ts';
export { ERROR_TABLE, type ErrorCode } from './table.ts';

export { generateCompany } from './generate.ts';
export * from './types.ts';

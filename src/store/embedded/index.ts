export {
  attachEmbedded,
  type EmbeddedOptions,
  type EmbeddedServer,
  type ServerEvent,
  startEmbedded,
} from './server.ts';

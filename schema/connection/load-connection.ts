import DataLoader from 'dataloader';
import { findConnections } from '../../src/flows/connection/manage-connection.ts';
import type { GraphqlContext } from '../context.ts';
import { connectionView } from './connection.resolver.ts';

const readConnections = async (context: GraphqlContext, ids: readonly string[]) => {
  const found = new Map((await findConnections(context.flow)).map((row) => [row.id as string, row]));
  return ids.map((id) => {
    const row = found.get(id);
    return row === undefined ? null : connectionView(row);
  });
};

/** The connection of an id, read together with all others that this request needs. */
export const loadConnection = (context: GraphqlContext, id: string) =>
  context
    .loader('connection', () => new DataLoader((ids: readonly string[]) => readConnections(context, ids)))
    .load(id);

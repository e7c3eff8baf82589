import { valuesAt } from '../kit/json-tree.ts';
import { findInList } from '../kit/listing.ts';
import type { ScimClient } from './client.ts';
import type { Resource } from './types.ts';

/** What is looked for: an attribute (also of list entries, as `members.value`) that is exactly this text. */
export interface Wanted {
  readonly attribute: string;
  readonly text: string;
}

const isWanted = (resource: Resource, { attribute, text }: Wanted): boolean => {
  const fold = (value: unknown) => (attribute === 'userName' ? String(value).toLowerCase() : value);
  return valuesAt(resource, attribute.split('.')).some((value) => fold(value) === fold(text));
};

/**
 * Resources that have it; the text is quoted as JSON is (RFC 7644 §3.4.2.2). Where filters are not announced, or the
 * service takes no notice of them and answers with others as well, the whole list is read.
 */
export const findByText = async (
  client: ScimClient,
  endpoint: string,
  wanted: Wanted,
): Promise<readonly Resource[]> => {
  const fits = (row: Resource): boolean => isWanted(row, wanted);
  const { filter } = await client.announced();
  if (filter) {
    const query = { filter: `${wanted.attribute} eq ${JSON.stringify(wanted.text)}` };
    const { rows } = await client.list(endpoint, query);
    if (rows.every(fits)) return rows;
  }
  return findInList(client.pages(endpoint), fits, client.settings);
};

import type { FieldChange, Issue } from '../../src/domain/index.ts';
import { describeIssue, describeReason } from '../../src/flows/import/describe-row.ts';
import { hiddenAttributes } from '../../src/flows/roster/hidden-attributes.ts';
import type { GraphqlContext } from '../context.ts';
import { maskStaged } from './masking.ts';

/** A staged row as flows tell it. */
export interface StagedRow {
  readonly after: Readonly<Record<string, unknown>>;
  readonly changes: readonly FieldChange[];
  readonly issues: readonly Issue[];
  readonly reasonCode: string;
  readonly mended: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;
}

/** A staged row in the shape of the API, as its reader may see it. */
export const rowView = <Row extends StagedRow>(row: Row, hidden: ReadonlySet<string>) => {
  const { mended, ...shown } = maskStaged(row, hidden);
  return {
    ...shown,
    reason: describeReason(row.reasonCode),
    issues: shown.issues.map((issue) => ({ ...issue, text: describeIssue(issue) })),
    mended: Object.entries(mended).map(([field, { before, after }]) => ({ field, before, after })),
  };
};

/** Attributes that the reader may not see in rows of people or of units. */
export const hiddenIn = (context: GraphqlContext, kind: 'ACCOUNT' | 'ORG_UNIT') =>
  hiddenAttributes(context.flow, kind, null);

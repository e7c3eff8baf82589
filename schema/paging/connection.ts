import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { writeCursor } from '../../src/flows/roster/page.ts';
import type { Selection } from '../selection.ts';

@ObjectType('PageInfo', { description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfoType {
  @Field(() => Boolean, { description: 'There are objects after this page.' })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'This page does not begin at the head of the list.' })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first object of the page.' })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last object; give it as `after`.' })
  readonly endCursor!: string | null;
}

type Thunk = () => ClassType;

/** Edge type of a connection (Relay cursor connections specification, section 3). */
export const edgeOf = (name: string, node: Thunk): ClassType => {
  @ObjectType(name, { description: 'One object of a page, with its cursor.', simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'Place of the object in the list; opaque.' })
    readonly cursor!: string;

    @Field(node, { description: 'The object.' })
    readonly node!: unknown;
  }
  return Edge;
};

/** Connection type (Relay cursor connections specification, section 2), with `nodes` as a shorter way. */
export const connectionOf = (
  name: string,
  options: { readonly edge: Thunk; readonly node: Thunk; readonly what: string },
): ClassType => {
  @ObjectType(name, { description: `A page of ${options.what}.`, simpleResolvers: true })
  class Connection {
    @Field(() => [options.edge()], { description: 'The objects with their cursors.' })
    readonly edges!: readonly unknown[];

    @Field(() => [options.node()], { description: 'The objects, without cursors.' })
    readonly nodes!: readonly unknown[];

    @Field(() => PageInfoType, { description: 'Where the page stands.' })
    readonly pageInfo!: PageInfoType;

    @Field(() => Int, {
      nullable: true,
      description: 'Number of objects that the filter selects; counted only when asked for.',
    })
    readonly totalCount!: number | null;
  }
  return Connection;
};

/** True when anything of a connection but its count is asked for. */
export const wantsPage = (selection: Selection): boolean =>
  Object.keys(selection).some((field) => field !== 'totalCount' && field !== '__typename');

interface PageLike {
  readonly nodes: readonly object[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number | null;
}

/** A page of a flow in the shape of a connection; cursors are made of the field that the list is ordered by. */
export const toConnection = (page: PageLike, orderedBy: string) => {
  const cursorOf = (node: object | undefined): string | null =>
    node === undefined
      ? null
      : writeCursor({ text: String(Reflect.get(node, orderedBy)), id: String(Reflect.get(node, 'id')) });
  return {
    nodes: page.nodes,
    get edges() {
      return page.nodes.map((node) => ({
        node,
        get cursor() {
          return cursorOf(node);
        },
      }));
    },
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      get startCursor() {
        return cursorOf(page.nodes[0]);
      },
      get endCursor() {
        return cursorOf(page.nodes.at(-1));
      },
    },
    totalCount: page.totalCount,
  };
};

import { AppError, type ErrorCode, type TargetResult } from '../../domain/index.ts';
import { type Edit, edited, operationsOf, type PatchOperation } from './attribute-edits.ts';
import { inTurn } from './in-turn.ts';

/** A resource of a service, with its version where the service tells one. */
export interface VersionedResource extends Record<string, unknown> {
  readonly id: string;
  readonly meta?: { readonly version?: string | undefined } | undefined;
}

/** A writing call for one resource, or for a new one. */
export interface ResourceCall {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly json?: unknown;
  /** Id of what it is about. */
  readonly object: string;
  /** The version that is written over; another one there means a refusal. */
  readonly version?: string | undefined;
}

/** The calls of a service with resources that are written by PATCH or as a whole. */
export interface ResourceService<Resource extends VersionedResource> {
  /** Tells services apart. */
  readonly name: string;
  announced(): Promise<{ readonly patch: boolean; readonly etag: boolean }>;
  read(endpoint: string, id: string): Promise<Resource | null>;
  write(call: ResourceCall): Promise<Resource | undefined>;
  patchBody(operations: readonly PatchOperation[]): unknown;
  /** Why a call failed: the version was another one, or an entry that was selected is not there. */
  reasonOf(error: unknown): 'STALE' | 'NO_TARGET' | undefined;
  /** What it means that there is no such resource. */
  unknown(endpoint: string): ErrorCode;
}

/** Endpoint and id of a resource. */
export type ResourcePath = readonly [endpoint: string, id: string];
export type Written = Pick<TargetResult, 'outcome'> & { readonly externalId: string };

export const done = (externalId: string): Written => ({ outcome: 'DONE', externalId });
export const already = (externalId: string): Written => ({ outcome: 'ALREADY', externalId });

/** Times that a resource is read anew because somebody else has changed it meanwhile. */
const READS = 3;

/**
 * Makes resources so, keeping everything else that they hold. By PATCH without a look first where that is announced;
 * otherwise, and where the service has to be told what is there, the resource is read, changed and written under its
 * version. Where versions are not told either, what others write in between is lost; calls of this process wait for
 * one another.
 */
export class ResourceWriter<Resource extends VersionedResource> {
  readonly #service: ResourceService<Resource>;

  constructor(service: ResourceService<Resource>) {
    this.#service = service;
  }

  /** With `looks` what is there already is not written again. Answers with the resource where the service does. */
  async change(
    path: ResourcePath,
    edits: readonly Edit[],
    { looks }: { readonly looks: boolean },
  ): Promise<Written & { readonly held: Resource | undefined }> {
    const { patch } = await this.#service.announced();
    if (patch && !looks)
      try {
        return { ...done(path[1]), held: await this.#patch(path, operationsOf(edits)) };
      } catch (error) {
        if (this.#service.reasonOf(error) === undefined) throw error;
      }
    return inTurn(JSON.stringify([this.#service.name, path]), () => this.#rewrite(path, edits));
  }

  async #rewrite(path: ResourcePath, edits: readonly Edit[]) {
    const { patch, etag } = await this.#service.announced();
    for (let read = 1; ; read += 1) {
      const known = await this.read(path);
      const operations = operationsOf(edits, known);
      if (operations.length === 0) return { ...already(path[1]), held: known };
      const version = etag ? known.meta?.version : undefined;
      try {
        const held = patch
          ? await this.#patch(path, operations, version)
          : await this.#service.write({ ...at(path), method: 'PUT', json: edited(known, edits), version });
        return { ...done(path[1]), held };
      } catch (error) {
        if (read === READS || this.#service.reasonOf(error) !== 'STALE') throw error;
      }
    }
  }

  #patch(path: ResourcePath, operations: readonly PatchOperation[], version?: string) {
    const json = this.#service.patchBody(operations);
    return this.#service.write({ ...at(path), method: 'PATCH', json, version });
  }

  /** Throws what it means that there is none. */
  async read([endpoint, id]: ResourcePath): Promise<Resource> {
    const found = await this.#service.read(endpoint, id);
    if (found !== null) return found;
    throw new AppError(this.#service.unknown(endpoint), { details: { object: id } });
  }

  async create(endpoint: string, json: unknown, object: string): Promise<Written> {
    const made = await this.#service.write({ method: 'POST', path: endpoint, json, object });
    if (made !== undefined) return done(made.id);
    throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api: endpoint, reason: 'empty' } });
  }

  /** What is gone is deleted already. */
  async delete(path: ResourcePath): Promise<Written> {
    const [endpoint, id] = path;
    try {
      await this.#service.write({ ...at(path), method: 'DELETE' });
      return done(id);
    } catch (error) {
      if (error instanceof AppError && error.code === this.#service.unknown(endpoint)) return already(id);
      throw error;
    }
  }
}

const at = ([endpoint, id]: ResourcePath) => ({ path: `${endpoint}/${encodeURIComponent(id)}`, object: id });

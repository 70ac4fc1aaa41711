import type { TSchema } from 'typebox';
import type { ErrorCode } from './error-codes.ts';

/** What is answered with one status. */
export interface ToldAnswer {
  readonly description: string;
  /** By media type; none: there is no body. */
  readonly content?: Readonly<Record<string, TSchema>>;
  readonly headers?: Readonly<Record<string, TSchema>>;
}

export interface ToldBody extends Required<Pick<ToldAnswer, 'description' | 'content'>> {
  readonly isOptional?: boolean;
}

/** Who is let in: any of these ways, each by the name of a scheme of `security.ts`; one without a name is nobody in particular. */
export type ToldSecurity = readonly Readonly<Record<string, readonly string[]>>[];

/** One of the addresses that a route with a wildcard stands for. */
export interface ToldAddress {
  /** As OpenAPI writes it: `/channels/{id}/feeds.{format}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly params: TSchema;
  readonly answers: Readonly<Record<number, ToldAnswer>>;
}

/**
 * What the OpenAPI document says of a route beside its `schema`, by which Fastify checks and writes: what is read, checked or written by
 * the route itself.
 */
export interface ToldRoute {
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly headers?: TSchema;
  readonly body?: ToldBody;
  /** In place of those of `schema.response`, or beside them. */
  readonly answers?: Readonly<Record<number, ToldAnswer>>;
  /** In place of that of its access. */
  readonly security?: ToldSecurity;
  readonly addresses?: readonly ToldAddress[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What may go wrong there, beside what its access, method and parameters bring along. */
    errors?: readonly ErrorCode[];
    /** Its errors are in a form of its own, which `told` describes. */
    hasOwnErrors?: boolean;
    told?: ToldRoute;
  }
}

/** For routes that are no part of the API, such as pages: left out on purpose. */
export const NOT_TOLD = { hide: true } as const;

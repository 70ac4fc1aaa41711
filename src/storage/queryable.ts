import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';

/** Whatever takes a statement: a pool, or one connection. */
export interface Queryable {
  /** @throws what the database reports */
  query<R extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<R>>;
}

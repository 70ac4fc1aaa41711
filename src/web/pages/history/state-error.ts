import { WebError } from '../../errors.ts';
import type { StateMistake } from './page-state.ts';

/** What can be wrong with an address only once it is known what it comes to. */
type LateMistake = 'order' | 'compare-long';

/** Answered with a page that says what is wrong, see `error.page-{code}` of the strings. */
export function stateError({
  code,
  field,
  value,
}: Omit<StateMistake, 'code'> & { readonly code: StateMistake['code'] | LateMistake }): WebError {
  return new WebError(400, `page-${code}`, `${field}: ${code}`, { values: { field, value } });
}

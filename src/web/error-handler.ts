import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorTexts } from './error-texts.ts';
import { errorBody, WebError } from './errors.ts';
import { createFailureLog } from './failure-log.ts';
import type { Frames } from './pages/frame.ts';
import type { WebParts } from './parts.ts';
import { toWebError } from './to-web-error.ts';
import { wantsPage } from './wants-page.ts';

/** What a credential is shown by [RFC 6750, 3]. */
const CHALLENGE = 'Bearer realm="Thermograph"';

/** Answers an error at addresses that are not the web layer's own; `false`: it is none of those. */
export type AnswerElsewhere = (error: WebError, request: FastifyRequest, reply: FastifyReply) => boolean;

const NOWHERE_ELSE: AnswerElsewhere = () => false;

/** Answers every error: as JSON to programs, as a page to people. Only what nobody foresaw is logged as an error. */
export function answerErrors(
  app: FastifyInstance,
  parts: WebParts,
  frames: Frames,
  elsewhere: AnswerElsewhere = NOWHERE_ELSE,
): void {
  const answer = (error: WebError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (elsewhere(error, request, reply)) return reply;
    reply.code(error.status);
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
    if (error.status === 401) reply.header('www-authenticate', CHALLENGE);
    if (!wantsPage(request)) return reply.type('application/json; charset=utf-8').send(errorBody(error));
    const page = frames(request, reply, { path: '' });
    const { heading, message } = errorTexts(error, page.words);
    return reply.view('error.hbs', {
      ...page,
      title: `${heading} · Thermograph`,
      heading,
      isLoginRefused: error.status === 403,
      message,
    });
  };
  const logFailure = createFailureLog();
  app.setErrorHandler((thrown, request, reply) => {
    const error = toWebError(thrown);
    if (error.status === 413) parts.httpCounters.http_requests_too_large += 1;
    if (error.status === 500) logFailure(request, thrown);
    else request.log.debug({ err: thrown }, 'a request was refused');
    return answer(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new WebError(404, 'not-found', `nothing answers to ${request.method} at this address`);
    return answer(error, request, reply);
  });
}

/** Errors that come before any route, such as a malformed address. */
export function answerFrameworkErrors(elsewhere: AnswerElsewhere = NOWHERE_ELSE) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const error = toWebError(thrown);
    if (elsewhere(error, request, reply)) return;
    void reply
      .code(error.status)
      .header('x-content-type-options', 'nosniff')
      .type('application/json; charset=utf-8')
      .send(errorBody(error));
  };
}

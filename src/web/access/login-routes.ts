import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { loginProblem } from '../error-texts.ts';
import { WebError } from '../errors.ts';
import type { Frames } from '../pages/frame.ts';
import { NOT_TOLD } from '../openapi/route-description.ts';
import type { WebParts } from '../parts.ts';
import { homePath } from './home-path.ts';
import { localPath } from './return-path.ts';
import { LOGIN, LOGOUT } from './login-description.ts';
import type { Visitors } from './visitors.ts';

const MAX_FORM_BYTES = 8 * 1024;

/** `GET /login`, and `POST /login` and `/logout`: a secret for a cookie with which pages may be read. */
export function loginRoutes(parts: WebParts, visitors: Visitors, frames: Frames): FastifyPluginCallback {
  return (app, _options, done) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      (_request, body, parsed) => parsed(null, new URLSearchParams(body.toString())),
    );
    app.get<{ Querystring: { to?: unknown } }>(
      '/login',
      { config: { access: 'open' }, schema: NOT_TOLD },
      (request, reply) => show(request, reply, localPath(request.query.to)),
    );
    app.post('/login', LOGIN, async (request, reply) => {
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      const to = localPath(form.get('to'));
      try {
        // Whoever copies a secret easily takes a space or a line break with it.
        const visitor = await visitors.bySecret((form.get('secret') ?? '').trim(), request.ip);
        await visitors.remember(request, reply, visitor);
        return reply.redirect(to === '/' ? homePath(parts, visitor.principal) : to, 303);
      } catch (error) {
        if (!(error instanceof WebError)) throw error;
        return showProblem(request, reply, to, error);
      }
    });
    app.post('/logout', LOGOUT, (request, reply) => {
      visitors.forget(request, reply);
      return reply.redirect('/login', 303);
    });
    done();
  };

  function show(request: FastifyRequest, reply: FastifyReply, to: string, error?: WebError): FastifyReply {
    const page = frames(request, reply, { path: '/login', isBare: true });
    return reply.view('login.hbs', {
      ...page,
      title: `${page.words.text('login.title')} · Thermograph`,
      to,
      isPrivate: parts.isPrivate,
      problem: error && loginProblem(error, page.words),
      command: `${parts.program} credentials add admin NAME`,
    });
  }

  function showProblem(
    request: FastifyRequest,
    reply: FastifyReply,
    to: string,
    error: WebError,
  ): FastifyReply {
    reply.code(error.status);
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
    return show(request, reply, to, error);
  }
}

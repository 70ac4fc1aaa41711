import { checkAnswer } from './check-answer.ts';
import { createDocumentChecks, type DocumentChecks } from './document-checks.ts';
import type { Noted } from './watch-answers.ts';

/** What finds in which an answer is not as its document says. */
export function createAnswerChecker(): (noted: Noted) => readonly string[] {
  // Those of all apps are alike, but for what boards have of their own.
  const known = new Map<string, DocumentChecks>();
  return ({ document, asked, given }) => {
    const key = Object.keys(document.paths).join(' ');
    const checks = known.get(key) ?? createDocumentChecks(document);
    known.set(key, checks);
    return checkAnswer(checks, asked, given).map(
      (problem) => `${asked.method} ${asked.url}: ${given.status}: ${problem}`,
    );
  };
}

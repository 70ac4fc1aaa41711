import type { Words } from '../../../src/web/words.ts';

/** What stands beside the charts, in words. */
export interface PageNotes {
  /** Of the element that says which keys there are. */
  readonly hintId: string;
  /** For what a screen reader is to say. */
  readonly told: HTMLElement;
  showAway(isAway: boolean): void;
}

const HINT_ID = 'plot-hint';

/** Adds them to the page, above the charts. */
export function addNotes(fragment: Element, words: Words): PageNotes {
  const add = (className: string, text: string): HTMLElement => {
    const note = document.createElement('p');
    note.className = className;
    note.textContent = text;
    fragment.before(note);
    return note;
  };
  add('plot-help', words.text('plot.drag'));
  add('unseen', words.text('plot.keys')).id = HINT_ID;
  const told = add('unseen plot-told', '');
  told.setAttribute('aria-live', 'polite');
  const away = add('plot-note', '');
  away.setAttribute('role', 'status');
  return {
    hintId: HINT_ID,
    told,
    showAway(isAway) {
      away.textContent = isAway ? words.text('plot.away') : '';
    },
  };
}

// The sheet of units and colours goes away as people expect: with Escape, and with a click beside it.

export function foldDisplayPanel(): void {
  const panel = document.querySelector<HTMLDetailsElement>('.display');
  if (!panel) return;
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !panel.open) return;
    panel.open = false;
    panel.querySelector('summary')?.focus();
  });
  document.addEventListener('click', ({ target }) => {
    if (panel.open && target instanceof Node && !panel.contains(target)) panel.open = false;
  });
}

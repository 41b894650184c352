// Questions: dialogs that end with an answer.

import { button, el, field, fill } from './dom.js';

/** Shows a dialog with this content until it is closed; `close` ends it with a value. */
export function dialog(title, build, { drawer = false, onclose = () => {} } = {}) {
  const heading = el('h2', {}, title);
  const node = el('dialog', { class: drawer ? 'drawer' : null });
  heading.id = `title-${Math.random().toString(36).slice(2)}`;
  node.setAttribute('aria-labelledby', heading.id);
  let result;
  const close = (value) => {
    result = value;
    node.close();
  };
  const done = new Promise((resolve) => {
    node.addEventListener('close', () => {
      const notices = node.querySelector('#notices');
      if (notices) document.body.append(notices);
      node.remove();
      onclose(result);
      resolve(result);
    });
  });
  fill(node, heading, build(close, heading));
  document.body.append(node);
  node.showModal();
  return done;
}

/** Asks whether something shall really be done; ends with true or with undefined. */
export function confirm(title, text, action, { danger = true } = {}) {
  return dialog(title, (close) => [
    el('p', { class: 'wrap' }, text),
    el(
      'div',
      { class: 'row' },
      button(action, () => close(true), { class: danger ? 'danger' : 'main' }),
      button('Cancel', () => close(), { autofocus: true }),
    ),
  ]);
}

/** Asks for values: a form with these fields, its action, and what is done with them. An error stays in the form. */
export function form(title, controls, action, submit) {
  return dialog(title, (close) => {
    const failure = el('div', { class: 'error', role: 'alert', hidden: true });
    const send = button(action, null, { type: 'submit', class: 'main' });
    const onsubmit = async (event) => {
      event.preventDefault();
      failure.hidden = true;
      send.disabled = true;
      try {
        close((await submit()) ?? true);
      } catch (error) {
        fill(failure, error.message);
        failure.hidden = false;
      } finally {
        send.disabled = false;
      }
    };
    return el(
      'form',
      { class: 'stack', onsubmit },
      controls,
      failure,
      el(
        'div',
        { class: 'row' },
        send,
        button('Cancel', () => close()),
      ),
    );
  });
}

/** Asks for the control token, until one is given. */
export async function askForToken(wrong, refusal) {
  for (;;) {
    const input = el('input', { type: 'password', autocomplete: 'off', required: true });
    const given = await dialog('Control token', (close) =>
      el(
        'form',
        {
          class: 'stack',
          onsubmit: (event) => {
            event.preventDefault();
            close(input.value);
          },
        },
        el(
          'p',
          {},
          'This server is controlled with a token only. Open the link that it printed at its start, or enter its --control-token.',
        ),
        wrong || refusal ? el('div', { class: 'error', role: 'alert' }, wrong || refusal) : null,
        field('Token', input),
        el('div', { class: 'row' }, button('Open the console', null, { type: 'submit', class: 'main' })),
      ),
    );
    if (given) return given;
  }
}

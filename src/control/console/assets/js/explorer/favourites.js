// Favourite operations, kept by the browser.

import { button } from '../dom.js';

const STORED = 'lookalike-console-favourites';
const listeners = new Set();

const name = (operation) => `${operation.document}/${operation.id}`;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(STORED) ?? '[]');
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

/** Returns whether an operation is a favourite. */
export const isFavourite = (operation) => read().includes(name(operation));

/** Calls a function when favourites change, until the signal ends that. */
export function onFavourites(signal, listener) {
  listeners.add(listener);
  signal.addEventListener('abort', () => listeners.delete(listener));
}

/** Returns a button that makes an operation a favourite, or no favourite any more. */
export function favouriteButton(operation) {
  const node = button('', () => {
    const all = read();
    const rest = all.filter((each) => each !== name(operation));
    localStorage.setItem(STORED, JSON.stringify(rest.length < all.length ? rest : [...all, name(operation)]));
    draw();
    listeners.forEach((listener) => listener());
  });
  const draw = () => {
    const on = isFavourite(operation);
    node.textContent = on ? '★ Favourite' : '☆ Favourite';
    node.setAttribute('aria-pressed', String(on));
  };
  draw();
  return node;
}

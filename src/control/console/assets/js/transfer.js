// One exchange with the server, with its progress: XMLHttpRequest tells how much of an upload is sent, fetch does not.

import { base } from './place.js';

/** The failure of an exchange: cancelled, or without an answer. */
class TransferError extends Error {}

/**
 * Sends `{method, path, headers: [[name, value]], body}` and returns `{status, reason, headers, blob, ms}`.
 * `onprogress` gets `{sent, received, total}`; the signal cancels.
 */
export function transfer({ method, path, headers = [], body = null }, { signal, onprogress = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const exchange = new XMLHttpRequest();
    const began = performance.now();
    exchange.open(method, base + path);
    exchange.responseType = 'blob';
    for (const [name, value] of headers) exchange.setRequestHeader(name, value);
    exchange.upload.onprogress = (event) =>
      onprogress({ phase: 'sent', done: event.loaded, total: event.lengthComputable ? event.total : null });
    exchange.onprogress = (event) =>
      onprogress({ phase: 'received', done: event.loaded, total: event.lengthComputable ? event.total : null });
    exchange.onerror = () => reject(new TransferError('There was no answer: the connection broke, or the server is away.'));
    exchange.onabort = () => reject(new TransferError('Cancelled.'));
    exchange.onload = () =>
      resolve({
        status: exchange.status,
        reason: exchange.statusText,
        headers: headerLines(exchange.getAllResponseHeaders()),
        blob: exchange.response ?? new Blob([]),
        ms: performance.now() - began,
      });
    signal?.addEventListener('abort', () => exchange.abort());
    exchange.send(body);
  });
}

function headerLines(text) {
  return text
    .trim()
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    });
}

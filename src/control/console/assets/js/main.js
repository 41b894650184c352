// Begins: the console's token, who is acted as, the first page.

import { forgetTokens, loadActing } from './acting.js';
import { control, own } from './api.js';
import { el, fill } from './dom.js';
import { notify } from './notice.js';
import { cloudUrl, consoleOf, consoleOfRegion, mainBase, region, sandbox } from './place.js';
import { isAway, onReturn } from './presence.js';
import { start } from './router.js';
import { begin } from './session.js';

const always = new AbortController().signal;

/** Says which cloud this is, so that nobody works on the wrong one. */
async function nameCloud() {
  const node = document.getElementById('cloud');
  if (!sandbox) {
    fill(node, cloudUrl);
    return;
  }
  node.classList.add('sandbox');
  const named = (name) => fill(node, `Sandbox ${name} `, el('a', { href: consoleOf(null) }, 'back to the server'));
  named(sandbox);
  // Only the server's own cloud knows the names of sandboxes.
  const answer = await own(`/_lookalike/sandboxes/${sandbox}`, { root: mainBase }).catch(() => null);
  const found = answer?.ok ? await answer.json() : null;
  if (found?.name) named(`${found.name} (${sandbox})`);
}

/** Offers the other regions of the cloud, if it has several. */
async function offerRegions() {
  const { regions } = await control('/status');
  if (regions.length < 2) return;
  const names = regions.map((name) => el('option', { value: name, selected: sameName(name, region ?? regions[0]) }, name));
  const choice = el('select', { id: 'region' }, ...names);
  choice.addEventListener('change', () => {
    location.href = consoleOfRegion(choice.value) + location.hash;
  });
  document.getElementById('cloud').append(' ', el('label', {}, 'Region ', choice));
}

const sameName = (one, other) => one.toLowerCase() === other.toLowerCase();

/** Gets a token and reads who there is; waits for a server that is away. */
async function connect() {
  try {
    await begin();
    await control('/health');
    await loadActing();
  } catch (error) {
    if (!isAway()) {
      notify(error.message, { bad: true });
      return;
    }
    await new Promise((resolve) => {
      onReturn(always, resolve);
    });
    await connect();
  }
}

/** Leads to the content; the fragment of the address is the router's. */
function skip(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

async function main() {
  document.querySelector('.skip').addEventListener('click', skip);
  await connect();
  // Another start of the server may have other users.
  onReturn(always, () => {
    forgetTokens();
    loadActing().catch(() => {});
  });
  nameCloud()
    .then(offerRegions)
    .catch((error) => notify(error.message, { bad: true }));
  await start();
}

main();

// Creating an image, with its data if a file is chosen.

import { actingHeaders, ask } from '../acting.js';
import { form } from '../ask.js';
import { check, el, field, select } from '../dom.js';
import { notify } from '../notice.js';
import { uploadTo } from '../upload.js';

/** Asks for a new image and makes it; `done` is called when there is one. */
export async function create(done) {
  const schema = await ask('/v2/schemas/image').catch(() => ({ properties: {} }));
  const formats = (name) => (schema.properties[name]?.enum ?? []).filter(Boolean);
  const inputs = {
    name: el('input', { maxlength: '255', autocomplete: 'off' }),
    disk_format: select([['', '–'], ...formats('disk_format')], { value: 'raw' }),
    container_format: select([['', '–'], ...formats('container_format')], { value: 'bare' }),
    visibility: select(['shared', 'private', 'community', 'public']),
    min_disk: el('input', { inputmode: 'numeric', pattern: '[0-9]*', placeholder: '0' }),
    min_ram: el('input', { inputmode: 'numeric', pattern: '[0-9]*', placeholder: '0' }),
  };
  const tags = el('input', { autocomplete: 'off', placeholder: 'one, two' });
  const [protectedRow, isProtected] = check('Protected');
  const file = el('input', { type: 'file' });
  const progress = el('div');
  const submit = async () => {
    const wanted = {};
    for (const [name, input] of Object.entries(inputs)) {
      if (input.value) wanted[name] = name.startsWith('min_') ? Number(input.value) : input.value;
    }
    const list = tags.value
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean);
    if (list.length) wanted.tags = list;
    if (isProtected.checked) wanted.protected = true;
    const image = await ask('/v2/images', { method: 'POST', json: wanted });
    done();
    if (file.files[0]) await upload(image.id, file.files[0], progress).finally(done);
    notify('The image is there.');
    return image;
  };
  return form(
    'New image',
    [
      el(
        'div',
        { class: 'grid' },
        field('Name', inputs.name),
        field('Disk format', inputs.disk_format),
        field('Container format', inputs.container_format),
        field('Visibility', inputs.visibility),
        field('Least disk, GiB', inputs.min_disk),
        field('Least memory, MiB', inputs.min_ram),
        field('Tags', tags),
      ),
      protectedRow,
      field('Data', file, 'Without a file the image is queued, and waits for its data.'),
      progress,
    ],
    'Create',
    submit,
  );
}

/** Uploads the data of an image. */
export async function upload(id, file, into) {
  await uploadTo(`/v2/images/${encodeURIComponent(id)}/file`, file, { into, headers: await actingHeaders() });
}

// How sizes, times and lengths of time are written.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Returns a number of bytes for people: `1.5 MiB`. */
export function bytes(count) {
  if (count === null || count === undefined) return '–';
  let value = Number(count);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Returns a time of the cloud's clock as it says it, in UTC and to the second. */
export function time(text) {
  if (!text) return '–';
  return String(text).replace('T', ' ').replace(/\.\d+/, '').replace(/Z$/, '');
}

/** Returns milliseconds for people. */
export function millis(value) {
  if (value === null || value === undefined) return '–';
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** Returns a number of seconds for people: `2 h 5 min`. */
export function duration(seconds) {
  const parts = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  let rest = Math.floor(seconds);
  const said = [];
  for (const [size, unit] of parts) {
    if (rest >= size) said.push(`${Math.floor(rest / size)} ${unit}`);
    rest %= size;
  }
  return said.slice(0, 2).join(' ') || '0 s';
}

/** Returns a count with its noun. */
export function counted(count, one, many = `${one}s`) {
  return `${Number(count).toLocaleString('en')} ${count === 1 ? one : many}`;
}

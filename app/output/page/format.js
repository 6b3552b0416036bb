// Figures as people read them. Every function takes null for what is not known.
'use strict';

const kNothing = ['–', ''];

/** Three significant digits, without an exponent. */
function digits(value) {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return Math.round(value).toString();
  return size >= 0.1 ? value.toFixed(size >= 10 ? 1 : 2) : Number(value.toPrecision(2)).toString();
}

function scaled(value, step, units) {
  let index = 0;
  while (Math.abs(value) >= step * 0.9995 && index + 1 < units.length) {
    value /= step;
    index += 1;
  }
  return [digits(value), units[index]];
}

/** Each returns [number, unit]. */
const formats = {
  count: (value) => value >= 1e5 ? scaled(value, 1000, ['', 'k', 'M', 'G']) : [digits(value), ''],
  bytes: (value) => scaled(value, 1024, ['B', 'KB', 'MB', 'GB', 'TB']),
  ms: (value) => {
    if (value < 0.9995) return [digits(value * 1000), 'µs'];
    if (value < 999.5) return [digits(value), 'ms'];
    return span(value);
  },
  percent: (value) => [digits(value), '%'],
  rate: (value) => {
    const [number, unit] = scaled(value, 1000, ['', 'k', 'M', 'G']);
    return [number + unit, '/s'];
  },
  byteRate: (value) => {
    const [number, unit] = formats.bytes(value);
    return [number, unit + '/s'];
  },
  flag: (value) => [value ? 'yes' : 'no', ''],
};

/** A span of seconds and more: its two largest parts. */
function span(ms) {
  const seconds = ms / 1000;
  if (seconds < 60) return [digits(seconds), 's'];
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const first = parts.findIndex(([size]) => seconds >= size);
  const [size, unit] = parts[first];
  const head = Math.floor(seconds / size) + ' ' + unit;
  const next = parts[first + 1];
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return [rest > 0 ? head + ' ' + rest + ' ' + next[1] : head, ''];
}

function format(kind, value) {
  return value === null || value === undefined ? kNothing : formats[kind](value);
}

/** In one piece: a line never ends between a number and its unit. */
function formatted(kind, value) {
  return format(kind, value).join(' ').trim().replaceAll(' ', '\u00a0');
}

/** The reader's own time, in the one order that everybody reads alike. */
function clockTime(iso) {
  const pad = (number) => String(number).padStart(2, '0');
  const date = new Date(iso);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':');
}

function fullTime(iso) {
  const pad = (number) => String(number).padStart(2, '0');
  const date = new Date(iso);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clockTime(iso)}`;
}

function plural(count, one, many) {
  return count + ' ' + (count === 1 ? one : many);
}

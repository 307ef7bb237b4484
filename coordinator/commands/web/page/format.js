// Numbers as a person writes them.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const COUNT = new Intl.NumberFormat('en-US');

export const count = (value) => value === null || value === undefined ? '–' : COUNT.format(value);

export function bytes(value) {
  if (value === null || value === undefined) return '–';
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) { value /= 1024; unit += 1; }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export const byteRate = (value) => `${bytes(value)}/s`;
export const rate = (value) => `${value >= 100 ? Math.round(value) : (value ?? 0).toFixed(1)}/s`;

/** 4s, 4m05s, 2h03m, 3d04h */
export function duration(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  const two = (value) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(seconds / 86400)}d${two(Math.floor(seconds / 3600) % 24)}h`;
}

/** 2026-11-22 20:12:05, by the clock of whoever looks */
export function time(text) {
  const at = new Date(text ?? NaN);
  if (Number.isNaN(at.getTime())) return '–';
  const two = (value) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ` +
    `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

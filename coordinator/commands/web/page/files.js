// Pages of rows: the files and failures that a search finds, newest first; of pictures, the same as a gallery.
import {byId, el, fill, shown, table} from './dom.js';
import {bytes, count, duration, time} from './format.js';
import {request} from './request.js';

/** A search may look at many rows that it does not take; then an answer has few rows or none, and where to go on. */
export async function fetchPage(query, most, onProgress, isWanted) {
  const rows = [];
  let before = query.get('before'), last = 0;
  do {
    const asked = new URLSearchParams(query);
    if (before) asked.set('before', before); else asked.delete('before');
    asked.set('most', String(most - rows.length));
    const {answer} = await request(`api/rows?${asked}`);
    rows.push(...answer.rows);
    [before, last] = [answer.next, answer.last];
    if (before !== null) onProgress(last - before, last);
  } while (before !== null && rows.length < most && isWanted());
  return {rows, next: before, last};
}

/** One search with its pages. `show(rows)` puts them on the page. */
export class Browser {
  constructor({form, text, newer, older, most, fixed, show, noun}) {
    Object.assign(this, {form: byId(form), text: byId(text), newer: byId(newer), older: byId(older), most, fixed, show, noun});
    this.begins = [];  // `before` of each page up to this one
    this.next = null;
    this.asked = 0;
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.search(); });
    this.newer.addEventListener('click', () => { this.begins.pop(); this.load(); });
    this.older.addEventListener('click', () => { this.begins.push(this.next); this.load(); });
  }

  search() {
    this.begins = [''];
    return this.load();
  }

  async load() {
    const number = ++this.asked;
    const isWanted = () => number === this.asked;
    const query = new URLSearchParams(this.fixed);
    for (const [name, value] of new FormData(this.form)) if (value.trim() !== '') query.set(name, value.trim());
    if (this.begins.at(-1)) query.set('before', this.begins.at(-1));
    this.newer.disabled = this.older.disabled = true;
    this.text.textContent = 'Looking …';
    try {
      const page = await fetchPage(query, this.most,
        (looked, all) => { if (isWanted()) this.text.textContent = `Looked at ${count(looked)} of ${count(all)} links …`; }, isWanted);
      if (!isWanted()) return;
      this.next = page.next;
      this.show(page.rows);
      this.text.textContent = this.saying(page);
    } catch (error) {
      if (isWanted()) this.text.textContent = shown(error.message);
    }
    if (!isWanted()) return;
    this.newer.disabled = this.begins.length < 2;
    this.older.disabled = this.next === null;
  }

  saying({rows, next}) {
    const number = `${count(rows.length)} ${this.noun}`;
    if (this.begins.length === 1 && next === null) return rows.length === 0 ? `No ${this.noun}.` : number;
    return `${number}, page ${count(this.begins.length)}${next === null ? ', the last one' : ''}`;
  }
}

/** null: a node of a fleet has it, on its own disk. */
const fileOf = (row) => (row.node === null ? `file?row=${row.row}` : null);

function nameCell(row) {
  if (row.status !== 'saved' || !row.file_name) return null;
  const file = fileOf(row), name = shown(row.file_name);
  return el('small', {}, file ? el('a', {href: file, target: '_blank', rel: 'noopener noreferrer'}, name) : name);
}

function becameCell(row) {
  if (row.status === 'saved') return el('span', {class: 'good'}, 'saved');
  return el('span', {}, el('span', {class: 'bad'}, shown(row.error ?? 'failed')), el('small', {}, shown(row.message ?? '')));
}

/** Of a fleet's driver: the others have no nodes. */
const nodeColumn = (rows) => (rows.some((row) => row.node !== null) ? [['Node', 'text', (row) => shown(row.node ?? '–')]] : []);

export const showRows = (rows) => fill(byId('rows'), table('Files and failures', [
  ['Link, and its file', 'text', (row) => el('span', {}, shown(row.url), nameCell(row))],
  ['What became of it', 'text', becameCell],
  ...nodeColumn(rows),
  ['Size', 'number', (row) => bytes(row.bytes)],
  ['HTTP', 'number', (row) => row.http_status ?? '–'],
  ['Took', 'number', (row) => duration(row.duration_ms)],
  ['When', 'nowrap', (row) => time(row.started_at)],
], rows, 'Nothing was found.'));

export {fileOf};

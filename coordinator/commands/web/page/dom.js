// The page is made of elements and texts alone: nothing from a list or a server is ever read as HTML.

export const byId = (id) => document.getElementById(id);

/** el('td', {class: 'number', title: '…', onclick: f}, 'text', element, …) */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// What steers a terminal, and what changes the order in which the text around it is shown.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text of anybody's, so that all of it is seen. */
export function shown(text, most = 300) {
  const visible = String(text ?? '').replace(HIDDEN, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  return visible.length > most ? visible.slice(0, most - 1) + '…' : visible;
}

/** Puts `children` in the place of all that `parent` holds. What looks the same stays; what has the focus, or stands in
 *  its place (the same data-key), has it afterwards. */
export function fill(parent, ...children) {
  const fresh = parent.cloneNode(false);
  fresh.append(...children);
  if (fresh.isEqualNode(parent)) return;
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const old = parent.firstElementChild, next = fresh.firstElementChild;
  if (old?.matches('.scroll') && next?.matches('.scroll')) {  // keeps how far it is scrolled, too
    old.replaceChildren(...next.childNodes);
  } else {
    parent.replaceChildren(...fresh.childNodes);
  }
  if (focused?.dataset.key) parent.querySelector(`[data-key="${CSS.escape(focused.dataset.key)}"]`)?.focus();
}

/** columns: [[title, 'number' | 'text' | '', (row) => node or text], …] */
export function table(label, columns, rows, none = 'None.') {
  if (rows.length === 0) return el('p', {class: 'empty'}, none);
  const head = columns.map(([title, kind]) => el('th', {scope: 'col', class: kind}, title));
  const body = rows.map((row) => el('tr', {}, ...columns.map(([, kind, cell]) => el('td', {class: kind}, cell(row)))));
  return el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label},
    el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...body)));
}

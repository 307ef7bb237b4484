// Saved pictures, as they are: nothing here or in fanfetch makes them smaller.
import {byId, el, shown} from './dom.js';
import {fileOf} from './files.js';

function picture(row) {
  const file = fileOf(row), name = shown(row.file_name);
  if (!file) return el('li', {title: shown(row.url)}, el('span', {}, name), el('span', {class: 'quiet'}, `on ${shown(row.node)}`));
  const item = el('li', {}, el('a', {href: file, target: '_blank', rel: 'noopener noreferrer', title: shown(row.url)},
    el('img', {src: file, alt: '', loading: 'lazy', decoding: 'async',
               onerror: () => item.classList.add('is-gone')}),
    el('span', {}, name)));
  return item;
}

export const showPictures = (rows) => byId('gallery').replaceChildren(...rows.map(picture));

// The page: which view is seen, and where its numbers come from.
import {Charts} from './charts.js';
import {showControl, startControl} from './control.js';
import {byId, el, fill, shown} from './dom.js';
import {Browser, fetchPage, showRows} from './files.js';
import {showPictures} from './gallery.js';
import {showNews, showReport} from './overview.js';
import {Repeat} from './repeat.js';
import {request} from './request.js';

const REPORT_EVERY = 30_000, AGAIN_AFTER = 5_000, SILENT_FOR = 1_000;
const MAKING = 'The report is being made …';
const VIEWS = ['overview', 'files', 'pictures'];

let charts = null, readOnly = false, wasRunning = false;
let source = null, shownReport = '';

const files = new Browser({form: 'search', text: 'rows-text', newer: 'rows-newer', older: 'rows-older', most: 50, fixed: {},
                           show: showRows, noun: 'links'});
const pictures = new Browser({form: 'picture-search', text: 'pictures-text', newer: 'pictures-newer', older: 'pictures-older',
                              most: 48, fixed: {kind: 'pictures'}, show: showPictures, noun: 'pictures'});

function complain(text) {
  byId('banner').textContent = shown(text);
  byId('banner').hidden = text === '';
}

// --- Views ---

function showView() {
  const wanted = location.hash.slice(1);
  if (wanted === 'main') return;  // the link that skips the head
  const view = VIEWS.includes(wanted) ? wanted : 'overview';
  for (const name of VIEWS) {
    byId(name).hidden = name !== view;
    const link = document.querySelector(`nav a[href="#${name}"]`);
    if (name === view) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  }
  if (view === 'files' && files.begins.length === 0) files.search();
  if (view === 'pictures' && pictures.begins.length === 0) pictures.search();
}

/** All links that failed with that class. */
function chooseClass(name) {
  byId('search').reset();
  addClasses([name]);
  byId('class-choice').value = name;
  files.begins = [];
  location.hash = '#files';
}

function addClasses(names) {
  const choice = byId('class-choice');
  const known = new Set([...choice.options].map((option) => option.value));
  for (const name of names) if (!known.has(name)) choice.append(el('option', {value: name}, shown(name)));
}

// --- What the ledger has ---

const reading = new Repeat(async (isWanted) => {
  // The first answer to a page takes as long as a reading of the ledger.
  const slow = setTimeout(() => { if (isWanted() && shownReport === '') complain(MAKING); }, SILENT_FOR);
  try {
    const {answer: report, again} = await request('api/report');
    if (again > 0 && report.at === shownReport) {  // the newer one is still being made
      complain('');
      return again;
    }
    // Where none has failed, a look for the last ones would go through all rows.
    const failed = report.failed === 0 ? {rows: []}
      : await fetchPage(new URLSearchParams({status: 'failed'}), 8, () => {}, isWanted);
    if (!isWanted()) return 0;
    addClasses(report.failures.map((one) => one.name));
    showReport(report, failed.rows, chooseClass);
    shownReport = report.at;
    charts?.addReport(report.runs[0]?.number ?? 0, report.samples);
    complain('');
    return again || REPORT_EVERY;
  } catch (error) {
    if (isWanted()) complain(error.again ? MAKING : error.message);
    return error.again || REPORT_EVERY;
  } finally {
    clearTimeout(slow);
  }
});

// --- What the run says ---

function showState(state, text) {
  const node = byId('state');
  if (node.dataset.state === state && node.textContent === text) return;
  node.dataset.state = state;
  node.textContent = text;
}

/** `news`: {run: the answer to a status request, hosts, workers, failures, settings}, each as fanfetch-control(7) has it;
 *  or {run: null, why}. */
function onNews(news) {
  if (news.run) showState(news.run.state, news.run.state);
  else showState('none', 'no run');
  showControl(news, readOnly);
  showNews(news, chooseClass);
  if (news.run) charts?.addNews(news.run);
  if (wasRunning && !news.run) reading.now();  // what it has ended with
  wasRunning = Boolean(news.run);
}

function listen() {
  if (source || document.hidden) return;
  source = new EventSource('api/live');
  source.onmessage = (event) => onNews(JSON.parse(event.data));
  source.onerror = () => {
    showState('lost', 'not connected');
    if (source.readyState !== EventSource.CLOSED) return;  // it tries again by itself
    stopListening();
    setTimeout(listen, AGAIN_AFTER);
  };
}

function stopListening() {
  source?.close();
  source = null;
}

async function start() {
  window.addEventListener('hashchange', showView);
  document.addEventListener('visibilitychange', () => (document.hidden ? stopListening() : listen()));
  startControl();
  showView();
  if (window.Chart) charts = new Charts();
  try {
    const {answer: about} = await request('api/about');
    readOnly = about.read_only;
    fill(byId('folder'), shown(about.output), readOnly ? ' (read-only)' : '');
    document.title = `${shown(about.output)} – fanfetch`;
  } catch (error) {
    return complain(error.message);
  }
  listen();
  reading.now();
}

start();

// What the first view shows, of a run that is going on and of what the ledger has.
import {byId, el, fill, shown, table} from './dom.js';
import {byteRate, bytes, count, duration, rate, time} from './format.js';

let live = null;    // the latest news, or null
let report = null;  // what the ledger has, or null

function tile(title, value, small = '', kind = '') {
  return el('div', {class: kind}, el('dt', {}, title), el('dd', {}, value, small === '' ? null : el('small', {}, small)));
}

function liveTiles(run) {
  const kept = run.kept + run.skipped;
  const wait = run.hosts_waiting > 0 ? `${count(run.hosts_waiting)} hosts wait, longest ${duration(run.longest_wait_ms)}` : '';
  return [
    tile('Saved', count(run.saved), bytes(run.saved_bytes), 'good'),
    tile('Failed', count(run.failed), run.failed_before > 0 ? `${count(run.failed_before)} stood before` : '', run.failed > 0 ? 'bad' : ''),
    tile('Kept and skipped', count(kept)),
    tile('Speed', byteRate(run.bytes_per_second)),
    tile('Links', rate(run.links_per_second)),
    tile('In flight', count(run.in_flight), wait),
    tile('Time left', run.time_left_ms === null ? '–' : duration(run.time_left_ms), run.total === null ? 'the list is still being read' : ''),
  ];
}

function restTiles() {
  const last = report.runs[0];
  const took = last?.ended_at ? new Date(last.ended_at) - new Date(last.started_at) : null;
  return [
    tile('Saved', count(report.saved), bytes(report.bytes), 'good'),
    tile('Failed', count(report.failed), '', report.failed > 0 ? 'bad' : ''),
    tile('Hosts', count(report.hosts_in_all)),
    tile('Half of the files', `≤ ${bytes(report.median_size)}`, `the biggest ${bytes(report.biggest_size)}`),
    tile('Duplicates', report.duplicates ? count(report.duplicates.files) : '–',
      report.duplicates ? `${bytes(report.duplicates.bytes)} could be spared` : ''),
    tile('Last run', took === null ? '–' : duration(took), last ? shown(last.state) : ''),
  ];
}

function showProgress() {
  const run = live?.run;
  byId('progress-card').hidden = !run?.total;
  if (!run?.total) return;
  const settled = run.saved + run.kept + run.skipped + run.failed;
  byId('progress-text').textContent = `${count(settled)} of ${count(run.total)} links done` +
    (run.time_left_ms === null ? '' : `, ${duration(run.time_left_ms)} left`);
  byId('progress').value = settled / run.total;
}

function hostState(host) {
  if (host.state === 'paused') return el('span', {class: 'waits'}, `waits ${duration(host.paused_ms)}`);
  if (host.state === 'given_up') return el('span', {class: 'bad'}, 'given up');
  return host.state === 'skipped' ? 'skipped' : 'open';
}

function showHosts() {
  const hosts = live?.run && !live.run.fleet ? live.hosts.hosts : null;  // a driver asks none itself
  if (hosts) {
    return fill(byId('hosts'), table('Hosts of the run', [
      ['Host', 'text', (host) => shown(host.host)],
      ['In flight', 'number', (host) => `${count(host.in_flight)} of ${count(host.limit)}`],
      ['Waiting', 'number', (host) => count(host.waiting)],
      ['Done', 'number', (host) => count(host.done)],
      ['Errors', 'number', (host) => el('span', {class: host.failed > 0 ? 'bad' : null}, count(host.failed))],
      ['Bytes', 'number', (host) => bytes(host.bytes)],
      ['State', 'nowrap', hostState],
    ], hosts, 'The run knows no host at present.'));
  }
  if (!report) return;
  fill(byId('hosts'), table('Hosts', [
    ['Host', 'text', (host) => shown(host.host || '(none)')],
    ['Files', 'number', (host) => count(host.files)],
    ['Failed', 'number', (host) => el('span', {class: host.failed > 0 ? 'bad' : null}, count(host.failed))],
    ['Bytes', 'number', (host) => bytes(host.bytes)],
    ['First byte', 'number', (host) => duration(host.first_byte_ms)],
    ['Speed', 'number', (host) => (host.bytes_per_second > 0 ? byteRate(host.bytes_per_second) : '–')],
    ['Retries', 'number', (host) => count(host.retries)],
  ], report.hosts.slice(0, 50)));
}

const NODE_STATES = {paused: 'waits', silent: 'bad', gone: 'bad'};

function showNodes(fleet) {
  fill(byId('workers'), table('Nodes', [
    ['Node', 'text', (node) => shown(node.name)],
    ['State', 'nowrap', (node) => el('span', {class: NODE_STATES[node.state]},
      node.state === 'silent' ? `silent for ${duration(node.quiet_ms)}` : shown(node.state))],
    ['Partitions', 'number', (node) => count(node.partitions)],
    ['Links', 'number', (node) => count(node.links)],
    ['Version', 'text', (node) => shown(node.version ?? '–')],
  ], fleet.nodes, fleet.age_ms === null ? 'The fleet’s Redis has not answered yet.' : 'No node is there.'));
}

function showWorkers() {
  const workers = live?.run ? live.workers.workers : null;
  byId('workers-card').hidden = !workers;
  byId('workers-title').textContent = live?.run?.fleet ? 'Nodes' : 'Workers';
  if (!workers) return;
  if (live.run.fleet) return showNodes(live.run.fleet);
  fill(byId('workers'), table('Workers', [
    ['Worker', 'number', (worker) => count(worker.worker)],
    ['Process', 'number', (worker) => (worker.pid === null ? '–' : String(worker.pid))],
    ['State', '', (worker) => shown(worker.state)],
    ['In flight', 'number', (worker) => `${count(worker.in_flight)} of ${count(worker.limit)}`],
    ['Done', 'number', (worker) => count(worker.done)],
    ['Received', 'number', (worker) => bytes(worker.bytes)],
  ], workers));
}

function failureItem(failure) {
  return el('li', {}, el('strong', {class: 'bad'}, shown(failure.error)), ' ', shown(failure.url || '(no link)'),
    el('small', {}, shown(failure.message)));
}

function showFailures(latest) {
  const failures = live?.run ? [...live.failures.failures].reverse() : latest;
  const none = el('p', {class: 'empty'}, live?.run ? 'None that this run met with.' : 'None.');
  if (failures) fill(byId('last-failures'), failures.length === 0 ? none : el('ul', {class: 'list'}, ...failures.slice(0, 6).map(failureItem)));
}

/** `choose(name)`: shows the files that failed so. */
function showClasses(choose) {
  let classes = report?.failures.map((one) => [one.name, one.count, one.statuses]);
  if (live?.run) {  // the statuses are those that the ledger has so far
    const statuses = new Map(classes?.map(([name, , list]) => [name, list]));
    classes = Object.entries(live.run.failed_by_class).map(([name, number]) => [name, number, statuses.get(name) ?? []]);
  }
  if (!classes) return;
  classes.sort((a, b) => b[1] - a[1]);
  fill(byId('classes'), table('Failures by class', [
    ['Class', 'text', ([name]) => el('button', {type: 'button', class: 'link', 'data-key': name, onclick: () => choose(name)}, shown(name))],
    ['Links', 'number', ([, number]) => count(number)],
    ['HTTP', 'text', ([, , statuses]) => statuses.slice(0, 4).map(([status, number]) => `${status}: ${count(number)}`).join(', ')],
  ], classes));
}

function showRuns() {
  fill(byId('runs'), table('Runs', [
    ['Run', 'number', (run) => String(run.number)],
    ['Began', 'nowrap', (run) => time(run.started_at)],
    ['Ended', 'text', (run) => (run.state === 'running' ? 'is running' : shown(run.state))],
    ['Saved', 'number', (run) => count(run.saved)],
    ['Failed', 'number', (run) => count(run.failed)],
    ['Bytes', 'number', (run) => bytes(run.bytes)],
  ], report.runs));
}

function showSummary() {
  const parts = [];
  if (report) parts.push(`${count(report.saved)} files of ${bytes(report.bytes)}, ${count(report.failed)} links failed`);
  if (live?.run) parts.push(`run ${live.run.run} since ${time(live.run.started_at)}`);
  else if (live) parts.push(shown(live.why));
  byId('summary').textContent = parts.join(' · ');
}

function show(choose) {
  if (live?.run) fill(byId('tiles'), ...liveTiles(live.run));
  else if (report) fill(byId('tiles'), ...restTiles());
  showProgress();
  showHosts();
  showWorkers();
  showClasses(choose);
  showSummary();
}

export function showNews(news, choose) {
  live = news;
  show(choose);
  showFailures(null);
}

/** `latest`: the last failures that the ledger has. */
export function showReport(data, latest, choose) {
  report = data;
  show(choose);
  showRuns();
  showFailures(latest);
}

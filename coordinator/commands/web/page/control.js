// Steering the run: pause, resume, limits.
import {byId, el, fill, shown} from './dom.js';
import {request} from './request.js';

const LABELS = {
  'jobs': 'Transfers at once', 'limit-rate': 'Bytes a second, in all', 'per-host': 'At once from a host',
  'rate': 'Requests a second to a host', 'max-duration': 'Ends after', 'max-transfer': 'Ends after so many bytes',
  'min-free': 'Ends when the disk has less',
};

let state = 'none';
let settings = [];

function say(text, bad = false) {
  const said = byId('said');
  said.textContent = shown(text);
  said.toggleAttribute('data-bad', bad);
}

async function ask(wanted, done) {
  try {
    await request('api/control', {
      method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(wanted),
    });
    say(done);
  } catch (error) {
    say(error.message, true);
  }
}

function changes() {
  const values = {};
  for (const input of byId('limit-fields').querySelectorAll('input')) {
    const now = settings.find((one) => one.name === input.name)?.now;
    if (input.value.trim() !== '' && input.value.trim() !== now) values[input.name] = input.value.trim();
  }
  return values;
}

/** What the run holds now; a field that is being edited keeps what was typed. */
function showSettings() {
  const fields = byId('limit-fields');
  const known = settings.filter((one) => one.name in LABELS);
  if (fields.childElementCount !== known.length) {
    fill(fields, ...known.map((one) => el('label', {}, LABELS[one.name],
      el('input', {name: one.name, value: one.now, maxlength: '100', 'data-shown': one.now}))));
    return;
  }
  for (const one of known) {
    const input = fields.querySelector(`input[name="${CSS.escape(one.name)}"]`);
    if (!input || input.dataset.shown === one.now) continue;
    if (input.value === input.dataset.shown) input.value = one.now;
    input.dataset.shown = one.now;
  }
}

/** `news`: see app.js. */
export function showControl(news, readOnly) {
  const running = Boolean(news.run) && !readOnly;
  byId('steer').hidden = !running;
  if (!running) return;
  state = news.run.state;
  settings = news.settings?.settings ?? [];
  byId('pause').textContent = state === 'paused' ? 'Resume' : 'Pause';
  byId('pause').disabled = state === 'ending';
  showSettings();
}

export function startControl() {
  byId('pause').addEventListener('click', () => (state === 'paused'
    ? ask({request: 'resume'}, 'The run goes on.')
    : ask({request: 'pause'}, 'Nothing new begins; what is in flight finishes.')));
  byId('limits-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const values = changes();
    if (Object.keys(values).length === 0) return say('Nothing was changed.');
    ask({request: 'set', values}, 'The run goes on with ' +
      Object.entries(values).map(([name, value]) => `${name}=${value}`).join(' ') + '.');
  });
  byId('limits-default').addEventListener('click', () => {
    const values = Object.fromEntries(settings.filter((one) => one.now !== one.begun).map((one) => [one.name, 'default']));
    if (Object.keys(values).length === 0) return say('The limits are those that the run began with.');
    ask({request: 'set', values}, 'The limits are those that the run began with.');
  });
}

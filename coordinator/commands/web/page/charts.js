// Two charts: speed, and links. Chart.js has put `Chart` into the window.
import {byId} from './dom.js';
import {byteRate, bytes, count, duration} from './format.js';

const MOST_POINTS = 600, MOST_STEPS = 5;
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** 4s, of which a short run has parts */
function elapsed(ms, span) {
  const seconds = Math.max(ms, 0) / 1000;
  if (span < 10_000) return `${seconds.toFixed(1)}s`;
  return seconds < 0.5 ? '0s' : duration(Math.max(seconds * 1000, 1000));
}

/** Between two lines of the grid: 1, 2 or 5 of a power of ten, or of bytes a power of two. */
function step(most, binary) {
  const least = Math.max(most / MOST_STEPS, 1);
  if (binary) return 2 ** Math.ceil(Math.log2(least));
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

class Plot {
  constructor(id, series, format, binary = false) {
    this.binary = binary;
    this.span = 0;
    this.names = series;
    this.chart = new window.Chart(byId(id), {
      type: 'line',
      data: {datasets: series.map(([label]) => ({label, data: [], borderWidth: 2, pointRadius: 0, pointHitRadius: 8, tension: .2}))},
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, normalized: true, parsing: false,
        interaction: {mode: 'nearest', axis: 'x', intersect: false},
        scales: {
          x: {type: 'linear', bounds: 'data', ticks: {maxTicksLimit: 7, maxRotation: 0, callback: (value) => elapsed(value, this.span)}},
          y: {beginAtZero: true, ticks: {maxTicksLimit: 6, callback: (value) => format(value)}},
        },
        plugins: {
          legend: {display: series.length > 1, position: 'bottom', labels: {boxWidth: 12, boxHeight: 2}},
          tooltip: {callbacks: {title: (items) => `after ${elapsed(items[0].parsed.x, this.span)}`,
                                label: (item) => `${item.dataset.label}: ${format(item.parsed.y)}`}},
        },
      },
    });
    this.paint();
  }

  paint() {
    const {options, data} = this.chart;
    data.datasets.forEach((set, index) => {
      set.borderColor = color(this.names[index][1]);
      set.backgroundColor = set.borderColor;
    });
    for (const axis of ['x', 'y']) {
      options.scales[axis].ticks.color = color('--quiet');
      options.scales[axis].grid = {color: color('--line'), borderColor: color('--line')};
    }
    options.plugins.legend.labels.color = color('--text');
    this.chart.update('none');
  }

  show(lists) {
    lists.forEach((points, index) => { this.chart.data.datasets[index].data = points; });
    const all = lists.flat();
    this.span = Math.max(0, ...all.map((point) => point.x));
    this.chart.options.scales.y.ticks.stepSize = step(Math.max(0, ...all.map((point) => point.y)), this.binary);
    this.chart.update('none');
  }
}

/** Every second point, until there are few enough. */
function thinned(points) {
  while (points.length > MOST_POINTS) points = points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
  return points;
}

/** From `samples` of the ledger, each of all so far, to speeds between two of them. */
function speeds(samples) {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index];
    return {x: sample[0], y: Math.max(sample[2] - before[2], 0) * 1000 / Math.max(sample[0] - before[0], 1)};
  });
}

export class Charts {
  constructor() {
    this.throughput = new Plot('throughput', [['speed', '--series-1']], byteRate, true);
    this.links = new Plot('links', [['saved', '--series-1'], ['failed', '--series-2']], count);
    this.run = null;
    this.live = [];  // {x, speed, saved, failed} since the page is open
    this.samples = [];
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.throughput.paint();
      this.links.paint();
    });
  }

  /** What the ledger has of the last run; `number`: which. */
  addReport(number, samples) {
    this.samples = samples.length > 0 && samples[0][0] > 0 ? [[0, 0, 0, 0, 0], ...samples] : samples;
    this.sampled = number;
    if (this.run !== null && this.run !== number) { this.live = []; this.run = null; }
    this.draw();
  }

  addNews(run) {
    if (this.run !== run.run) { this.live = []; this.run = run.run; }
    const x = Date.now() - new Date(run.started_at).getTime();
    this.live.push({x: Math.max(x, 0), speed: run.bytes_per_second, saved: run.saved, failed: run.failed});
    this.live = thinned(this.live);
    this.draw();
  }

  draw() {
    // What is live lags: of samples that say more than its first point, none is of before it.
    const first = this.live[0] ?? {x: Infinity, saved: Infinity, failed: Infinity};
    const before = (this.run === null || this.run === this.sampled ? this.samples : [])
      .filter(([at, saved, , failed]) => at < first.x && saved <= first.saved && failed <= first.failed);
    const speed = thinned([...speeds(before), ...this.live.map((one) => ({x: one.x, y: one.speed}))]);
    const of = (index, key) => thinned([...before.map((one) => ({x: one[0], y: one[index]})),
                                        ...this.live.map((one) => ({x: one.x, y: one[key]}))]);
    this.throughput.show([speed]);
    this.links.show([of(1, 'saved'), of(3, 'failed')]);
    const peak = Math.max(0, ...speed.map((point) => point.y));
    const last = this.live.at(-1);
    byId('throughput-text').textContent = speed.length === 0 ? 'Nothing was measured yet.'
      : `${last ? `${byteRate(last.speed)} now, ` : ''}at most ${byteRate(peak)}`;
    const total = before.at(-1);
    byId('links-text').textContent = last ? `${count(last.saved)} saved, ${count(last.failed)} failed in this run`
      : total ? `${count(total[1])} saved (${bytes(total[2])}), ${count(total[3])} failed in the last run` : 'Nothing was measured yet.';
  }
}

// Asks for the report again and again, and shows it. Whatever came over the network is set as text.

const kCharts = [
  {id: 'ops', title: 'Commands', kind: 'rate', keys: ['ops_per_second'], step: 1000},
  {id: 'latency', title: 'Latency', kind: 'ms', keys: ['ping_ms', 'canary_ms'], step: 1000},
  {id: 'memory', title: 'Memory', kind: 'bytes', keys: ['memory_used_bytes'], step: 1024},
  {id: 'clients', title: 'Clients', kind: 'count', keys: ['clients'], step: 1000},
];
/** Every metric: the key of its value, its section, its label, its unit and what it is. */
const kMetrics = @METRICS@;
const kSections = {
  performance: 'Performance', memory: 'Memory', clients: 'Clients', pubsub: 'Pub/sub', keys: 'Keys',
  persistence: 'Persistence', replication: 'Replication', trouble: 'Trouble', server: 'Server',
};
const kUnits = {
  count: 'count', bytes: 'bytes', milliseconds: 'ms', percent: 'percent', per_second: 'rate',
  bytes_per_second: 'byteRate', ratio: 'count', flag: 'flag',
};
const kHealth = {
  healthy: ['Healthy', 'No limit is crossed.'],
  degraded: ['Degraded', 'It works, but needs attention.'],
  unhealthy: ['Unhealthy', 'It does not work as it should.'],
  unknown: ['Unknown', 'The server cannot be sampled.'],
};
/** What the wiring of a channel means when so many listen. */
const kWiring = {
  live: (count) => count === 1 ? ['is-good', 'subscribed'] :
      count === 0 ? ['is-warning', 'no subscribers: lost'] : ['is-warning', 'received more than once'],
  unserved: () => ['dim', 'no publisher'],
  unheard: (count) => count > 0 ? ['dim', 'heard'] : ['dim', 'not heard'],
  historical: () => ['dim', 'old scripts'],
};
const kEventTone = {
  lost: 'is-lost', restored: 'is-good', restarted: 'is-warning', other_server: 'is-warning', failover: 'is-warning',
  subscriber_gone: 'is-warning', buffer_growing: 'is-warning',
};
const kRequestTime = 5000;
const kSlowestPoll = 10000;
const kEventsShown = 100;

const byId = (id) => document.getElementById(id);

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Gives `parent` these children, and touches nothing when it has their like already. */
function setChildren(parent, elements) {
  const same = parent.childElementCount === elements.length &&
      elements.every((element, i) => element.isEqualNode(parent.children[i]));
  if (!same) parent.replaceChildren(...elements);
}

const charts = kCharts.map((options) => new Chart(byId('chart-' + options.id), options));
/** When the newest report came, how old its figures were then (null: there are none yet), and why
    they are not newer. */
const received = {at: null, age: null, staleAfter: 15000, failure: null};
/** The errors of a server that gave no answer at all. */
const kNoAnswer = ['not_resolved', 'unreachable', 'timed_out', 'disconnected'];

function value(report, key) {
  const found = report.metrics[key];
  return found === undefined ? null : found;
}

// ---- verdict -------------------------------------------------------------------------------------

function facts(report) {
  const uptime = value(report, 'uptime_ms');
  return [
    [report.server.kind, report.server.version].filter(Boolean).join(' '), report.server.role || '',
    uptime === null ? '' : 'up ' + formatted('ms', uptime),
    report.restarts ? plural(report.restarts, 'restart', 'restarts') + ' seen' : '',
  ].filter(Boolean).join(' · ');
}

function showVerdict(report) {
  const [title, words] = kHealth[report.health] || kHealth.unknown;
  document.body.dataset.health = report.health;
  setText(byId('health'), title);
  setText(byId('summary'), report.health === 'unknown' && report.error === null ? 'The server answers, but a figure that is needed is missing.' : words);
  setText(byId('facts'), facts(report));
  const rows = report.findings.map((finding) => {
    const row = make('li');
    const what = make('span', 'what', finding.message);
    row.append(make('span', 'badge is-' + finding.severity, finding.severity), what);
    if (finding.hint) row.append(make('span', 'hint', finding.hint));
    return row;
  });
  setChildren(byId('findings'), rows);
  showIcon();
  document.title = title + ' · ' + (report.endpoint || 'fogis-redis');
}

/** The tab's icon has the colour of the verdict. */
function showIcon() {
  const colour = getComputedStyle(document.body).getPropertyValue('--health').trim();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">` +
      `<circle cx="8" cy="8" r="7" fill="${colour}"/></svg>`;
  const address = 'data:image/svg+xml,' + encodeURIComponent(svg);
  if (byId('icon').href !== address) byId('icon').href = address;
}

// ---- charts --------------------------------------------------------------------------------------

/** The words under the value of each chart. */
function notes(report) {
  const p99 = value(report, 'ping_p99_ms');
  const limit = value(report, 'memory_limit_bytes');
  const share = value(report, 'memory_percent');
  const most = value(report, 'clients_limit');
  const blocked = value(report, 'blocked_clients');
  const rate = value(report, 'net_output_bytes_per_second');
  return {
    ops: rate === null ? '' : formatted('byteRate', rate) + ' sent',
    latency: p99 === null ? '' : 'p99 ' + formatted('ms', p99),
    memory: limit === null ? 'no limit is set' :
        formatted('percent', share) + ' of ' + formatted('bytes', limit),
    clients: [
      most === null ? '' : 'of ' + formatted('count', most),
      blocked ? blocked + ' blocked' : '',
    ].filter(Boolean).join(' · '),
  };
}

function showCharts(report) {
  const points = report.history ? report.history.points : [];
  const newest = points.length ? points[points.length - 1] : {};
  const limits = {memory: value(report, 'memory_limit_bytes')};
  const texts = report.error ? {} : notes(report);
  const canary = value(report, 'canary_p50_ms');
  const legends = {latency: canary === null ? '' : 'canary ' + formatted('ms', canary)};
  kCharts.forEach((options, i) => {
    const current = newest[options.keys[0]];
    charts[i].draw(points, current === undefined ? null : current, limits[options.id] || null,
        texts[options.id] || '', legends[options.id] || '');
  });
}

// ---- tables --------------------------------------------------------------------------------------

function row(cells) {
  const element = make('tr');
  cells.forEach(([text, name], i) => {
    const cell = make(i === 0 ? 'th' : 'td', name || '', text);
    if (i === 0) cell.scope = 'row';
    element.append(cell);
  });
  return element;
}

/** A table, or the reason why there is none. */
function showTable(id, rows, reason) {
  const body = byId(id).tBodies[0];
  setChildren(body, rows);
  byId(id).hidden = rows.length === 0;
  byId(id + '-empty').hidden = rows.length > 0;
  if (rows.length === 0) setText(byId(id + '-empty'), reason);
}

/** Whether the tables should be left as they are: they show how it was before the server was lost. */
function isPast(report, id) {
  return report.error !== null && byId(id).tBodies[0].rows.length > 0;
}

function showChannels(report) {
  if (isPast(report, 'channels')) return;
  const rows = (report.channels || []).map((channel) => {
    const [tone, words] = (kWiring[channel.role] || (() => ['dim', '']))(channel.subscribers);
    return row([
      [channel.channel], [channel.publisher || '', 'wide dim'], [channel.subscriber || '', 'wide dim'],
      [String(channel.subscribers), 'number'], [words, tone],
    ]);
  });
  showTable('channels', rows, report.error ? 'The server cannot be queried.' : 'This server does not report its subscribers per channel.');
}

function showSubscribers(report) {
  if (isPast(report, 'subscribers')) return;
  const rows = (report.pubsub_clients || []).map((client) => row([
    [client.name ? client.name + ' (' + client.address + ')' : client.address || 'client ' + client.id],
    [String(client.channels), 'number'], [String(client.patterns), 'number wide'],
    [formatted('bytes', client.unread_bytes), 'number'],
  ]));
  showTable('subscribers', rows,
      report.error ? 'The server cannot be queried.' :
      report.pubsub_clients ? 'There are no subscribers.' : 'This server does not report who is subscribed.');
}

function showEvents(report) {
  const events = report.history ? report.history.events.slice(-kEventsShown).reverse() : [];
  const rows = events.map((event) => {
    const element = make('li');
    const time = make('time', '', clockTime(event.at));
    time.dateTime = event.at;
    time.title = fullTime(event.at);
    element.append(time, make('span', kEventTone[event.event] || '', event.text));
    return element;
  });
  setChildren(byId('events'), rows);
  byId('events-empty').hidden = rows.length > 0;
  byId('events').hidden = rows.length === 0;
}

// ---- all figures ---------------------------------------------------------------------------------

function figureText(unit, found) {
  return unit === 'moment' ? fullTime(found) : formatted(kUnits[unit], found);
}

function showFigures(report) {
  const parts = Object.entries(kSections).map(([section, title]) => {
    const list = make('dl');
    for (const [key, of, label, unit, help] of kMetrics) {
      const found = of === section ? value(report, key) : null;
      if (found === null) continue;
      const term = make('dt', '', label);
      term.title = help;
      const pair = make('div');
      pair.append(term, make('dd', '', figureText(unit, found)));
      list.append(pair);
    }
    const part = make('section');
    part.append(make('h3', '', title), list);
    return part;
  }).filter((part) => part.lastChild.hasChildNodes());
  // Without an answer the last figures stay, dimmed: they are the ones before the fault.
  if (parts.length) setChildren(byId('figures'), parts);
  const absent = (report.unjudged || []).map((item) => make('li', '', `limit of ${item.metric}: ${item.reason}`))
      .concat((report.absent || []).map((item) => make('li', '', item.what + ': ' + item.reason)));
  setChildren(byId('absent'), absent);
  byId('absent-part').hidden = absent.length === 0;
}

// ---- time ----------------------------------------------------------------------------------------

/** How old what is shown is, also while no new report comes. */
function showAge() {
  const body = document.body;
  if (received.at === null) {
    if (received.failure) {
      body.dataset.stale = '';
      setText(byId('freshness'), received.failure);
    }
    return;
  }
  const age = received.age === null ? null : received.age + performance.now() - received.at;
  if (received.failure !== null || age === null || age > received.staleAfter) {
    body.dataset.stale = '';
  } else {
    delete body.dataset.stale;
  }
  const old = age === null ? '' : span(Math.round(age / 1000) * 1000).join(' ').trim();
  if (received.failure) {
    setText(byId('freshness'), (age === null ? 'no figures yet: ' : `figures are ${old} old: `) + received.failure);
  } else if ('stale' in body.dataset) {
    setText(byId('freshness'), `figures are ${old} old: no newer sample`);
  } else {
    setText(byId('freshness'), age < 1500 ? 'updated just now' : `updated ${old} ago`);
  }
}

function pulse() {
  const beat = document.querySelector('.beat');
  beat.classList.remove('pulse');
  void beat.offsetWidth;  // lets the animation begin anew
  beat.classList.add('pulse');
}

function show(report) {
  const exporter = report.exporter;
  received.age = exporter.answered_age_ms;
  received.at = performance.now();
  received.staleAfter = exporter.stale_after_ms;
  received.failure = report.error === null ? null :
      kNoAnswer.includes(report.error.code) ? 'Redis does not answer' : 'Redis cannot be sampled';
  setText(byId('target'), report.endpoint);
  byId('target').title = report.endpoint;
  document.body.toggleAttribute('data-lost', report.error !== null);
  showVerdict(report);
  showCharts(report);
  showChannels(report);
  showSubscribers(report);
  showEvents(report);
  showFigures(report);
  setText(byId('about'), `fogis-redis ${exporter.version}, ${plural(exporter.samples, 'sample', 'samples')}, one every ${
      formatted('ms', exporter.interval_ms)}`);
  pulse();
}

let waiting = null;
let polling = false;
let interval = 1000;

async function poll() {
  waiting = null;
  polling = true;
  try {
    const answer = await fetch('api/v1/report', {cache: 'no-store', signal: AbortSignal.timeout(kRequestTime)});
    if (!answer.ok) throw new Error('status ' + answer.status);
    const report = await answer.json();
    interval = Math.min(Math.max(report.exporter.interval_ms, 1000), kSlowestPoll);
    show(report);
  } catch (fault) {
    // The browser's own words differ from one to the next, and help nobody.
    received.failure = fault instanceof SyntaxError ? 'the answer is not valid JSON' : 'no answer from the exporter';
  }
  polling = false;
  showAge();
  schedule(interval);
}

function schedule(delay) {
  if (waiting === null && !polling && !document.hidden) waiting = setTimeout(poll, delay);
}

// A page that nobody sees asks for nothing.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(waiting);
    waiting = null;
  } else {
    schedule(0);
  }
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showIcon);
// On a small screen all figures are a long way to scroll: they open when asked for.
byId('all').open = matchMedia('(min-width: 641px)').matches;
setInterval(showAge, 1000);
poll();

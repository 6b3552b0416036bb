// A headless Chromium, spoken to over its debugging pipe: JSON messages that end with a NUL.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const kPatience = 30_000;

export class Browser {
  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'fogis-page-'));
    this.child = spawn('chromium', [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--disable-dev-shm-usage', '--hide-scrollbars', `--user-data-dir=${this.directory}`,
      '--remote-debugging-pipe', 'about:blank',
    ], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
    this.pending = new Map();
    this.listeners = [];
    this.next = 1;
    let buffer = '';
    this.child.stdio[4].on('data', (chunk) => {
      buffer += chunk;
      for (let end; (end = buffer.indexOf('\0')) >= 0; buffer = buffer.slice(end + 1)) {
        this.take(JSON.parse(buffer.slice(0, end)));
      }
    });
  }

  take(message) {
    const waiting = this.pending.get(message.id);
    if (waiting) {
      this.pending.delete(message.id);
      message.error ? waiting.reject(new Error(message.error.message)) : waiting.resolve(message.result);
    } else {
      this.listeners.forEach((listener) => listener(message));
    }
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, {resolve, reject});
      this.child.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
      setTimeout(() => reject(new Error(`${method} was not answered`)), kPatience).unref();
    });
  }

  /** A tab of its own, with everything it says about faults collected in `faults`. */
  async open(url, {width, height, dark = false, phone = false}) {
    const {targetId} = await this.send('Target.createTarget', {url: 'about:blank'});
    const {sessionId} = await this.send('Target.attachToTarget', {targetId, flatten: true});
    const tab = new Tab(this, sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await tab.send(`${domain}.enable`);
    await tab.send('Emulation.setDeviceMetricsOverride',
        {width, height, deviceScaleFactor: phone ? 2 : 1, mobile: phone});
    await tab.send('Emulation.setEmulatedMedia',
        {features: [{name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'}]});
    await tab.send('Page.addScriptToEvaluateOnNewDocument', {source: kWatchShifts});
    await tab.send('Page.navigate', {url});
    return tab;
  }

  async close() {
    await this.send('Browser.close').catch(() => {});
    if (this.child.exitCode === null) await new Promise((done) => this.child.once('exit', done));
    rmSync(this.directory, {recursive: true, force: true, maxRetries: 5});
  }
}

const kWatchShifts = `
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifts += entry.value;
  }).observe({type: 'layout-shift', buffered: true});`;

class Tab {
  constructor(browser, sessionId) {
    this.browser = browser;
    this.sessionId = sessionId;
    this.faults = [];
    this.requests = [];
    browser.listeners.push((message) => {
      if (message.sessionId === sessionId) this.take(message.method, message.params);
    });
  }

  send(method, params) {
    return this.browser.send(method, params, this.sessionId);
  }

  take(method, params) {
    if (method === 'Runtime.exceptionThrown') {
      const {text, exception} = params.exceptionDetails;
      this.faults.push(`${text} ${exception?.description ?? ''}`);
    } else if (method === 'Runtime.consoleAPICalled' && params.type !== 'log') {
      this.faults.push(params.args.map((argument) => argument.value).join(' '));
    } else if (method === 'Log.entryAdded' && params.entry.level !== 'info') {
      this.faults.push(`${params.entry.text} ${params.entry.url ?? ''}`);
    } else if (method === 'Network.requestWillBeSent') {
      this.requests.push(params.request.url);
    }
  }

  front() {
    return this.send('Page.bringToFront');
  }

  /** The value of an expression in the page. */
  async get(expression) {
    const {result, exceptionDetails} = await this.send('Runtime.evaluate',
        {expression, returnByValue: true, awaitPromise: true});
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
    return result.value;
  }

  /** Waits until an expression is true in the page. */
  async until(expression, patience = kPatience) {
    const end = Date.now() + patience;
    while (!(await this.get(expression))) {
      if (Date.now() > end) {
        throw new Error(`waited in vain for: ${expression}\n${await this.get('document.body.innerText')}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async picture(path, whole = false) {
    const {data} = await this.send('Page.captureScreenshot', {captureBeyondViewport: whole, ...(whole ? {clip: {
      x: 0, y: 0, scale: 1, width: await this.get('innerWidth'),
      height: await this.get('document.documentElement.scrollHeight'),
    }} : {})});
    writeFileSync(path, Buffer.from(data, 'base64'));
  }
}

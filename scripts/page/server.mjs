// A private redis-server with traffic that looks like that of FOGIS, and the exporter before it.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const kSubscribed = [
  'fogis:matches:updates', 'fogis:processor:status', 'fogis:system:alerts',
  'fogis:matches:updates:v2', 'fogis:matches:updates:v1',
];

function encode(...words) {
  return `*${words.length}\r\n` + words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
}

async function until(condition, what) {
  for (let i = 0; i < 400; ++i) {
    if (await condition()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`waited in vain for ${what}`);
}

export class Redis {
  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'fogis-page-'));
    this.socket = join(this.directory, 'redis.sock');
    this.connections = [];
  }

  get url() {
    return `unix://${this.socket}`;
  }

  async start(...more) {
    this.child = spawn('redis-server', ['--port', '0', '--unixsocket', this.socket,
      '--dir', this.directory,
      '--maxmemory', '256mb', '--appendonly', 'yes', '--save', '3600 1', ...more], {stdio: 'ignore'});
    await until(() => this.ask('PING').then(() => true, () => false), 'redis-server');
    await this.populate();
  }

  open() {
    const connection = connect(this.socket);
    connection.on('error', () => {});
    this.connections.push(connection);
    return connection;
  }

  ask(...words) {
    return new Promise((resolve, reject) => {
      const connection = connect(this.socket, () => connection.write(encode(...words)));
      connection.once('data', (data) => { connection.destroy(); resolve(data.toString()); });
      connection.once('error', reject);
    });
  }

  /** A calendar that listens, a publisher that publishes, and keys that are read. */
  async populate() {
    const calendar = this.open();
    calendar.resume();
    calendar.write(encode('CLIENT', 'SETNAME', 'calendar.example.org') + encode('SUBSCRIBE', ...kSubscribed));
    const publisher = this.open();
    publisher.resume();
    publisher.write(encode('CLIENT', 'SETNAME', 'match-list'));
    for (let i = 0; i < 2000; ++i) publisher.write(encode('SET', `key:${i}`, 'x'.repeat(2000)));
    clearInterval(this.traffic);
    let turn = 0;
    this.traffic = setInterval(() => {
      turn += 1;
      const burst = 4 + Math.round(12 * (1 + Math.sin(turn / 25)));
      for (let i = 0; i < burst; ++i) {
        publisher.write(encode('GET', `key:${(turn * 31 + i) % 2100}`));
        publisher.write(encode('PUBLISH', kSubscribed[i % 3], '{}'));
      }
      if (turn % 20 === 0) publisher.write(encode('SET', `more:${turn}`, 'y'.repeat(200_000)));
    }, 50);
  }

  async stop() {
    clearInterval(this.traffic);
    this.connections.splice(0).forEach((connection) => connection.destroy());
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await new Promise((done) => this.child.once('exit', done));
    }
  }

  async remove() {
    await this.stop();
    rmSync(this.directory, {recursive: true, force: true});
  }
}

export class Exporter {
  /** `options`: further arguments of monitor. Resolves when it listens. */
  static start(binary, redis, ...options) {
    const exporter = new Exporter();
    exporter.child = spawn(binary, ['monitor', '--listen', '0', '-u', redis.url, '--canary', ...options],
        {stdio: ['ignore', 'ignore', 'pipe'], env: {PATH: process.env.PATH, HOME: process.env.HOME}});
    exporter.said = '';
    return new Promise((resolve, reject) => {
      exporter.child.stderr.on('data', (chunk) => {
        exporter.said += chunk;
        const address = /listening on (http:\S+)/.exec(exporter.said);
        if (address) {
          exporter.url = address[1];
          resolve(exporter);
        }
      });
      exporter.child.once('exit', () => reject(new Error(`the exporter ended: ${exporter.said}`)));
    });
  }

  /** Ends it as an operator would; the exit code. */
  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await new Promise((done) => this.child.once('exit', done));
    }
    return this.child.exitCode;
  }
}

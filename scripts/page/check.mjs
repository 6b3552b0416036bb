// Usage: node check.mjs BINARY DIRECTORY. See scripts/check-page.
import {Browser} from './browser.mjs';
import {Exporter, Redis} from './server.mjs';

const [binary, directory] = process.argv.slice(2);
const kViews = [
  {name: 'desktop-light', width: 1440, height: 900},
  {name: 'desktop-dark', width: 1440, height: 900, dark: true},
  {name: 'phone-light', width: 390, height: 844, phone: true},
  {name: 'phone-dark', width: 390, height: 844, phone: true, dark: true},
];
const kTextOf = (selector) => `document.querySelector(${JSON.stringify(selector)}).textContent`;

let failed = 0;
function check(good, what, detail = '') {
  console.log(`${good ? 'ok  ' : 'FAIL'} ${what}${good || detail === '' ? '' : `: ${detail}`}`);
  failed += good ? 0 : 1;
}

/** Texts whose colour is too near to what lies behind them (WCAG 2.2, AA), as a page finds them. */
const kPoorContrast = `(() => {
  const parse = (text) => {
    const numbers = text.match(/[-+.\\de]+/g).map(Number);
    const scale = text.startsWith('color(srgb') ? 255 : 1;
    return {rgb: numbers.slice(0, 3).map((n) => n * scale), alpha: numbers.length > 3 ? numbers[3] : 1};
  };
  const light = ({rgb}) => {
    const [r, g, b] = rgb.map((n) => n / 255).map((n) => n <= .04045 ? n / 12.92 : ((n + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = parse(getComputedStyle(element).backgroundColor);
      if (colour.alpha > .99) return colour;
    }
    return {rgb: [255, 255, 255]};
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('');
    if (!text || !element.checkVisibility() || element.closest('svg, script, style')) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(behind(element))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) poor.push(text + ' ' + ratio.toFixed(2));
  }
  return poor;
})()`;

async function checkView(browser, url, view) {
  const tab = await browser.open(url, view);
  await tab.until(`document.body?.dataset.health === 'healthy'`);
  await tab.until(`document.querySelectorAll('#channels tbody tr').length === 8`);
  const before = await tab.get(kTextOf('#chart-ops .value'));
  const path = await tab.get(`document.querySelector('#chart-latency .curve').getAttribute('d')`);
  await tab.until(`${kTextOf('#chart-ops .value')} !== ${JSON.stringify(before)}`);
  await tab.until(`document.querySelector('#chart-latency .curve').getAttribute('d') !== ${JSON.stringify(path)}`);
  check(true, `${view.name}: figures and curves change`);
  check(/^updated/.test(await tab.get(kTextOf('#freshness'))), `${view.name}: tells how old it is`);
  const width = await tab.get('document.documentElement.scrollWidth');
  await tab.get(`document.querySelector('#all').open = true`);
  check(width <= view.width, `${view.name}: nothing overflows`, `${width} px`);
  const poor = await tab.get(kPoorContrast);
  check(poor.length === 0, `${view.name}: every text has contrast`, poor.join('; '));
  const shifts = await tab.get('window.shifts');
  check(shifts < 0.1, `${view.name}: nothing jumps`, `layout shift ${shifts}`);
  const headers = await tab.get(`[...document.querySelectorAll('th')].every((th) => th.scope)`);
  const named = await tab.get(`[...document.querySelectorAll('svg')].every((svg) => /now/.test(svg.ariaLabel))`);
  check(headers && named, `${view.name}: tables have headers, charts have words`);
  check(tab.faults.length === 0, `${view.name}: the console is silent`, tab.faults.join('; '));
  const foreign = tab.requests.filter((request) => !request.startsWith(url) && !request.startsWith('data:'));
  check(foreign.length === 0, `${view.name}: asks nobody else`, foreign.join('; '));
  await tab.picture(`${directory}/${view.name}.png`);
  await tab.picture(`${directory}/${view.name}-whole.png`, true);
  return tab;
}

/** A name that would be markup, if anybody took it for that. */
async function checkHostileName(tab, redis) {
  const name = '<img/src=x/onerror=alert(1)>';
  const connection = redis.open();
  connection.write(`*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$${name.length}\r\n${name}\r\n` +
      `*2\r\n$9\r\nSUBSCRIBE\r\n$21\r\nfogis:matches:updates\r\n`);
  await tab.until(`document.querySelector('#subscribers').textContent.includes(${JSON.stringify(name)})`);
  check(await tab.get('document.images.length') === 0, 'a hostile name stays text');
  connection.destroy();
}

async function main() {
  const redis = new Redis();
  await redis.start();
  // The clients of this check and of the load are more than one idle server has.
  let exporter = await Exporter.start(binary, redis, '--interval', '250ms', '--warn', 'clients=off');
  const browser = new Browser();
  try {
    await new Promise((done) => setTimeout(done, Number(process.env.FOGIS_PAGE_WARM_UP ?? 15) * 1000));
    const tabs = [];
    for (const view of kViews) tabs.push(await checkView(browser, exporter.url, view));
    const [desktop, , phone] = tabs;
    // A page behind another one asks for nothing, so the one that is looked at comes to the front.
    await desktop.front();
    await checkHostileName(desktop, redis);

    await redis.stop();
    await desktop.until(`document.body?.dataset.health === 'unknown'`);
    await desktop.until(`document.querySelector('#events').textContent.length > 0`);
    check(/cannot|refused|closed|reset|no such/i.test(await desktop.get(kTextOf('#findings'))), 'a lost server is told with its cause',
        await desktop.get(kTextOf('#findings')));
    await desktop.until(`/^figures are ([3-9]|\\d\\d) s old: Redis does not answer$/.test(${kTextOf('#freshness')})`);
    check(true, 'a lost server is told with the age of the figures');
    await desktop.picture(`${directory}/lost-desktop.png`);
    await phone.front();
    await phone.until(`document.body?.dataset.health === 'unknown'`);
    await phone.picture(`${directory}/lost-phone.png`);
    await desktop.front();

    await redis.start();
    await desktop.until(`document.body?.dataset.health === 'healthy'`);
    await desktop.until(`document.querySelector('#events').textContent.includes('restarted')`);
    check(true, 'a restarted server is shown as such');

    await redis.ask('CONFIG', 'SET', 'maxmemory', '3mb');
    await desktop.until(`document.body?.dataset.health === 'unhealthy'`);
    check(await desktop.get(`document.querySelector('#findings .is-critical') !== null`), 'an unhealthy server is shown with its reason');
    await desktop.picture(`${directory}/unhealthy-desktop.png`);
    await phone.front();
    await phone.until(`document.body?.dataset.health === 'unhealthy'`);
    await phone.picture(`${directory}/unhealthy-phone.png`);
    await desktop.front();
    const poor = await desktop.get(kPoorContrast);
    check(poor.length === 0, 'every text of an unhealthy page has contrast', poor.join('; '));

    const code = await exporter.stop();
    check(code === 1, 'the exporter of an unhealthy server ends with 1', `${code}`);
    await desktop.until(`document.body.hasAttribute('data-stale')`);
    check(/no answer from the exporter/.test(await desktop.get(kTextOf('#freshness'))), 'a lost exporter is told');
    await desktop.picture(`${directory}/stale-desktop.png`);
  } finally {
    await browser.close();
    await exporter.stop();
    await redis.remove();
  }
  console.log(`pictures: ${directory}`);
  console.log(`${failed} failed`);
}

main().then(() => process.exit(failed ? 1 : 0), (fault) => {
  console.error(fault);
  process.exit(1);
});

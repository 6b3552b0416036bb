// One curve, or two, over the last minutes, in SVG.

const kSvg = 'http://www.w3.org/2000/svg';
const kWidth = 1000;
const kHeight = 100;
const kShortest = 60e3;  // ms of time that a chart shows at least

/** The next round number that leaves a little air above `value`. */
function ceilingOf(value, step) {
  if (value <= 0) return 1;
  const wanted = value * 1.15;
  // Sizes are round in powers of the step, other figures in powers of ten.
  let unit = 1;
  if (step === 1024) while (wanted / unit >= 1024) unit *= 1024;
  const power = Math.pow(10, Math.floor(Math.log10(wanted / unit)));
  const round = [1, 2, 2.5, 5, 10].find((factor) => factor * power * unit >= wanted);
  return round * power * unit;
}

class Chart {
  /** `options`: title, kind of format, keys of a point, step of round numbers. */
  constructor(figure, options) {
    this.options = options;
    this.caption = figure.querySelector('figcaption');
    this.value = figure.querySelector('.value');
    this.unit = figure.querySelector('.unit');
    this.note = figure.querySelector('.words');
    this.legend = figure.querySelector('.legend');
    this.top = figure.querySelector('.top');
    this.middle = figure.querySelector('.middle');
    this.begin = figure.querySelector('.begin');
    this.svg = figure.querySelector('svg');
    this.svg.setAttribute('viewBox', `0 0 ${kWidth} ${kHeight}`);
    for (const y of [0, 0.5, 1]) this.line('grid-line', 0, y * kHeight, kWidth, y * kHeight);
    this.limit = this.line('limit-line', 0, 0, kWidth, 0);
    this.area = this.add('path', 'area');
    this.curves = options.keys.map((key, i) => this.add('path', i ? 'curve second' : 'curve'));
    this.cursor = this.line('cursor', 0, 0, 0, kHeight);
    this.points = [];
    this.hover = null;
    figure.addEventListener('pointermove', (event) => this.point(event));
    figure.addEventListener('pointerleave', () => this.leave());
  }

  add(tag, name) {
    const element = document.createElementNS(kSvg, tag);
    element.setAttribute('class', name);
    this.svg.append(element);
    return element;
  }

  line(name, x1, y1, x2, y2) {
    const element = this.add('line', name);
    for (const [key, value] of Object.entries({x1, y1, x2, y2})) element.setAttribute(key, value);
    return element;
  }

  /** `current` is the latest value, `limit` may be null, `note` and `legend` (of the second curve)
      are texts. */
  draw(points, current, limit, note, legend) {
    this.points = points;
    this.current = current;
    this.noteText = note;
    setText(this.legend, legend);
    const times = points.map((point) => Date.parse(point.taken));
    this.last = times.length ? times[times.length - 1] : 0;
    this.span = Math.max(kShortest, times.length ? this.last - times[0] : 0);
    const known = points.flatMap((point) => this.options.keys.map((key) => point[key]))
        .filter((value) => value !== null && value !== undefined);
    let most = known.length ? Math.max(...known) : 0;
    // A limit that is far away would press the curve flat; the note has it in words.
    const showLimit = limit && most > limit * 0.5;
    if (showLimit) most = Math.max(most, limit);
    this.ceiling = ceilingOf(most, this.options.step);
    this.curves.forEach((curve, i) => {
      curve.setAttribute('d', this.path(times, this.options.keys[i], false));
    });
    this.area.setAttribute('d', this.path(times, this.options.keys[0], true));
    this.cursor.setAttribute('visibility', 'hidden');
    this.limit.setAttribute('visibility', showLimit ? 'visible' : 'hidden');
    this.limit.setAttribute('y1', this.y(limit || 0));
    this.limit.setAttribute('y2', this.y(limit || 0));
    setText(this.top, known.length ? formatted(this.options.kind, this.ceiling) : '');
    setText(this.middle, known.length ? formatted(this.options.kind, this.ceiling / 2) : '');
    setText(this.begin, '−' + span(this.span).join(' ').trim());
    this.describe(known);
    this.showReading(current, note);
    if (this.hover !== null) this.showPoint();
  }

  describe(known) {
    const {title, kind} = this.options;
    const text = known.length ?
        `${title}: now ${formatted(kind, this.current)}, between ${
            formatted(kind, Math.min(...known))} and ${formatted(kind, Math.max(...known))} in the last ${
            span(this.span).join(' ').trim()}` :
        `${title}, no figures yet`;
    this.svg.setAttribute('aria-label', text);
  }

  showReading(value, note) {
    const [number, unit] = format(this.options.kind, value);
    setText(this.value, number);
    setText(this.unit, unit);
    setText(this.note, note || ' ');
  }

  x(time) {
    return kWidth * (1 - (this.last - time) / this.span);
  }

  y(value) {
    return kHeight * (1 - value / this.ceiling);
  }

  /** A gap where a value is absent; a dot where it stands alone. */
  path(times, key, closed) {
    let path = '';
    let begin = null;
    const close = (end) => {
      if (begin === null) return;
      path += closed ? `L${end} ${kHeight}L${begin} ${kHeight}Z` : end === begin ? 'h.01' : '';
      begin = null;
    };
    let before = null;
    this.points.forEach((point, i) => {
      const value = point[key];
      if (value === null || value === undefined) {
        close(before);
        return;
      }
      const x = this.x(times[i]).toFixed(1);
      path += `${begin === null ? 'M' : 'L'}${x} ${this.y(value).toFixed(2)}`;
      begin = begin === null ? x : begin;
      before = x;
    });
    close(before);
    return path;
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    this.hover = this.last - (1 - Math.min(1, Math.max(0, share))) * this.span;
    this.showPoint();
  }

  leave() {
    this.hover = null;
    this.cursor.setAttribute('visibility', 'hidden');
    this.showReading(this.current, this.noteText);
  }

  /** The values under the pointer instead of the latest. */
  showPoint() {
    let nearest = null;
    for (const point of this.points) {
      const distance = Math.abs(Date.parse(point.taken) - this.hover);
      if (nearest === null || distance < nearest.distance) nearest = {point, distance};
    }
    if (nearest === null) return;
    const {point} = nearest;
    const x = this.x(Date.parse(point.taken));
    this.cursor.setAttribute('x1', x);
    this.cursor.setAttribute('x2', x);
    this.cursor.setAttribute('visibility', 'visible');
    this.showReading(point[this.options.keys[0]], 'at ' + clockTime(point.taken));
  }
}

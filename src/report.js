// Draws the data of the page: for each function its costs, graph, kernels, memory, roofline and machine code.

const data = JSON.parse(document.getElementById('data').textContent);
const svgSpace = 'http://www.w3.org/2000/svg';

/** Scrolling is not shown to who has asked for less motion. */
const motion = () => matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
/** An element with attributes and children; text is always text. */
function make(name, attributes = {}, ...children) {
  const inSvg = ['svg', 'g', 'rect', 'path', 'text', 'circle', 'line', 'title'].includes(name);
  const e = inSvg ? document.createElementNS(svgSpace, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) e.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) e.append(child);
  return e;
}
const grouped = n => Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ',');
const short = (s, most) => s.length > most ? s.slice(0, most - 1) + '…' : s;
function bytes(n) {
  if (n < 1024) return n + ' B';
  return n < 1024 * 1024 ? (n / 1024).toFixed(1) + ' KB' : (n / 1048576).toFixed(1) + ' MB';
}

// ---- memory: kernels from left to right, the workspace from bottom to top ----

/** Pictures are as wide as the page, so that their text has its size. */
const available = () => document.getElementById('page').clientWidth - 36;

function memoryPicture(f, tip) {
  if (f.buffers.length === 0) return make('p', {class: 'note'}, 'No workspace: every intermediate value stays in registers, or is a result.');
  const kernels = f.kernels.length, width = Math.max(available(), kernels * 22 + 80), height = 280, left = 70, bottom = 24, top = 8;
  const x = k => left + k / kernels * (width - left - 8), y = b => height - bottom - b / f.workspace * (height - bottom - top);
  const svg = make('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'lifetimes in the workspace', style: `min-width:${width}px`});
  for (const part of [0, 0.5, 1]) {
    const at = y(part * f.workspace);
    svg.append(make('line', {x1: left, x2: width, y1: at, y2: at, stroke: 'var(--line)'}), make('text', {x: 4, y: at + 4, class: 'faint'}, bytes(Math.round(part * f.workspace))));
  }
  const step = Math.ceil(kernels / (width / 60));
  for (let k = 0; k < kernels; k += step) svg.append(make('text', {x: x(k + .5) - 4, y: height - 8, class: 'faint'}, k));
  for (const [i, b] of f.buffers.entries()) {
    const say = `${b.name}: ${grouped(b.bytes)} bytes at ${grouped(b.offset)}, kernels ${b.first} to ${Math.min(b.last, kernels - 1)}${b.zeroed ? ', zeroed first' : ''}`;
    const w = x(Math.min(b.last, kernels - 1) + 1) - x(b.first), h = Math.max(2, y(b.offset) - y(b.offset + b.bytes));
    const box = make('rect', {x: x(b.first) + 1, y: y(b.offset + b.bytes), width: Math.max(3, w - 2), height: h, fill: `hsl(${i * 47 % 360} 45% 55% / .75)`, class: 'buffer', tabindex: 0,
      onclick: () => tip.replaceChildren(say), onmouseenter: () => tip.replaceChildren(say), onfocus: () => tip.replaceChildren(say)}, make('title', {}, say));
    svg.append(box);
    if (h > 14 && w > 60) svg.append(make('text', {x: x(b.first) + 5, y: y(b.offset + b.bytes) + 12, 'pointer-events': 'none'}, short(b.name, Math.floor(w / 8))));
  }
  return make('div', {class: 'scroll'}, svg);
}

// ---- roofline ----

/** Bytes a cycle, as today's cores have them; nothing here was measured. */
const roofs = [['first-level cache', 64], ['second-level cache', 32], ['memory', 8]];

function roofline(f, tip) {
  const points = f.kernels.filter(k => k.flops > 0 && k.bytes > 0);
  if (points.length === 0) return make('p', {class: 'note'}, 'No kernel does arithmetic.');
  const modelled = points.find(k => k.model && k.model.peak > 0);
  const peak = modelled ? modelled.model.peak : f.vectorBytes;
  const left = 44, width = Math.max(340, Math.min(900, available())), height = 320, bottom = 34, top = 18;
  const intensities = points.map(k => k.flops / k.bytes);
  const x0 = Math.min(1 / 16, ...intensities), x1 = Math.max(64, ...intensities) * 1.5, y0 = 1 / 8, y1 = peak * 1.6;
  const scale = (v, a, b, from, to) => from + Math.log(v / a) / Math.log(b / a) * (to - from);
  const x = v => scale(v, x0, x1, left, width - 8), y = v => scale(Math.max(v, y0), y0, y1, height - bottom, top);
  const svg = make('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'roofline', style: `width:${width}px`});
  for (let v = 2 ** Math.ceil(Math.log2(x0)); v < x1; v *= 4) svg.append(make('text', {x: x(v) - 8, y: height - 18, class: 'faint'}, v < 1 ? '1/' + 1 / v : v));
  for (let v = 2 ** Math.ceil(Math.log2(y0)); v < y1; v *= 4) svg.append(make('text', {x: 4, y: y(v) + 4, class: 'faint'}, v < 1 ? '1/' + 1 / v : v));
  svg.append(make('text', {x: width - 150, y: height - 2, class: 'faint'}, 'FLOP for each byte'), make('text', {x: 4, y: 10, class: 'faint'}, 'FLOP a cycle'));
  svg.append(make('line', {x1: left, x2: width - 8, y1: y(peak), y2: y(peak), stroke: 'var(--ink)'}));
  for (const [i, [name, rate]] of roofs.entries()) {
    const knee = Math.min(peak / rate, x1), start = Math.max(x0, y0 / rate);
    svg.append(make('line', {x1: x(start), y1: y(rate * start), x2: x(knee), y2: y(Math.min(peak, rate * knee)), stroke: 'var(--faint)', 'stroke-dasharray': '4 3'}));
    const at = start * (knee / start) ** (.75 - .3 * i);
    svg.append(make('text', {x: x(at) + 8, y: y(rate * at) + 12, class: 'faint'}, name));
  }
  for (const k of points) {
    const i = k.flops / k.bytes, high = k.model && k.hot.flops > 0 ? k.model.flops : Math.min(peak, i * roofs[0][1]);
    const say = `kernel ${k.number}: ${grouped(k.flops)} FLOPs, ${grouped(k.bytes)} bytes, ${i.toFixed(2)} FLOP for each byte` + (k.model ? `, hot loop modelled at ${k.model.flops.toFixed(1)} FLOP a cycle` : ', height not modelled');
    svg.append(make('circle', {cx: x(i), cy: y(high), r: Math.max(4, Math.min(14, 14 * Math.sqrt(k.flops / f.flops))), fill: 'var(--accent)', 'fill-opacity': k.model ? .7 : .15, stroke: 'var(--accent)', tabindex: 0, class: 'point',
      onclick: () => tip.replaceChildren(say), onmouseenter: () => tip.replaceChildren(say), onfocus: () => tip.replaceChildren(say)}, make('title', {}, say)));
  }
  return make('div', {class: 'scroll'}, svg);
}

// ---- machine code ----

function assembly(f, k) {
  const parts = [...new Set(k.code.map(c => c[8]).filter(Boolean))];
  const colour = new Map(parts.map((p, i) => [p, `hsl(${i * 137.5 % 360} 60% 50%)`]));
  const deepest = Math.max(0, ...k.loops.map(l => l.depth));
  const rows = [];
  const light = part => rows.forEach(([row, of]) => row.classList.toggle('lit', of === part));
  const code = make('div', {class: 'code'});
  const byPlace = new Map();
  let before = '';
  k.code.forEach(([at, mnemonic, operands, kind, loop, bad, target, note, part, line], i) => {
    const from = part + (line ? (part ? '  ' : '') + line : '');
    if (from && from !== before) code.append(make('span', {class: 'from'}, '; ' + from));
    before = from || before;
    const holds = [];
    for (let l = loop; l >= 0; l = k.loops[l].parent) holds.unshift(l);
    const bars = holds.map(l => k.loops[l].header === i ? '┌' : k.code[i + 1] && !inLoop(k, i + 1, l) ? '└' : '│').join('').padEnd(deepest);
    const jump = target >= 0 ? make('a', {href: '#', onclick: e => {
      e.preventDefault();
      e.stopPropagation();
      const to = byPlace.get(target);
      rows.forEach(([row]) => row.classList.toggle('lit', row === to));
      if (to) to.scrollIntoView({block: 'center', behavior: motion()});
    }}, operands.replace(/(0x)?[0-9a-f]+$/, '') + '.' + target.toString(16)) : operands;
    const row = make('span', {class: 'row' + (loop >= 0 && loop === k.hotLoop ? ' hot' : ''), style: part ? `border-left-color:${colour.get(part)}` : undefined, onclick: () => part && light(part)},
        make('span', {class: 'at'}, at.toString(16).padStart(5) + ' '), make('span', {class: 'bars'}, bars + ' '),
        make('span', {class: bad ? 'bad' : 'k-' + data.kinds[kind]}, mnemonic.padEnd(13), jump), note ? make('span', {class: 'remark'}, '  # ' + note) : null);
    rows.push([row, part]);
    byPlace.set(at, row);
    code.append(row);
  });
  const legend = parts.length ? make('div', {class: 'legend'}, parts.map(p => make('button', {style: `border-left-color:${colour.get(p)}`, onclick: () => light(p)}, p))) : make('p', {class: 'note'}, 'Compiled without -g: which part of the expression an instruction comes from is not known.');
  return [legend, code];
}
function inLoop(k, i, loop) {
  for (let l = k.code[i][4]; l >= 0; l = k.loops[l].parent) if (l === loop) return true;
  return false;
}

function kernelDetails(f, k) {
  const h = k.hot;
  const body = make('div');
  const d = make('details', {id: 'kernel-' + k.number}, make('summary', {}, `kernel ${k.number}  `, make('span', {class: 'note'}, k.computes || '')), body);
  d.addEventListener('toggle', () => {
    if (!d.open || body.childElementCount) return;
    const say = [];
    if (k.nest) say.push(`loops ${k.nest.replace('loops ', '')}`);
    if (k.small) say.push('small: part of its callers, and this is a copy that nothing calls');
    if (k.model) say.push(`${k.model.processor}, modelled: ${k.model.cycles.toFixed(1)} cycles an iteration of the hot loop, ${k.model.flops.toFixed(1)} of ${k.model.peak.toFixed(0)} FLOP a cycle, busiest ${k.model.bound}`);
    body.append(make('p', {class: 'note'}, say.join('; ')));
    if (k.code) body.append(...assembly(f, k));
    else body.append(make('p', {}, 'The binary does not tell where its code is.'));
  });
  return d;
}

function kernelTable(f) {
  const bad = (v, more) => make('td', {class: v > 0 ? 'bad' : undefined}, v + (more || ''));
  const head = ['kernel', 'computes', 'FLOPs', 'bytes', 'code', 'hot loop', 'multiply-adds', 'loads each', 'spills', 'calls', 'FLOP a cycle'];
  return make('div', {class: 'scroll'}, make('table', {},
      make('thead', {}, make('tr', {}, head.map((h, i) => make('th', {class: i === 1 ? 'text' : undefined}, h)))),
      make('tbody', {}, f.kernels.map(k => make('tr', {},
          make('td', {}, make('a', {href: '#kernel-' + k.number, onclick: e => {
            e.preventDefault();
            const d = document.getElementById('kernel-' + k.number);
            const there = () => d.scrollIntoView({behavior: motion()});
            if (d.open) return there();
            d.addEventListener('toggle', there, {once: true});  // when its rows are there
            d.open = true;
          }}, k.number)),
          make('td', {class: 'text wide'}, short((k.computes || '').replace(/%\d+ /g, ''), 90)), make('td', {}, k.flops === undefined ? '' : grouped(k.flops)), make('td', {}, k.bytes === undefined ? '' : bytes(k.bytes)),
          k.whole ? [make('td', {}, grouped(k.whole.bytes)), make('td', {}, k.hotLoop >= 0 ? k.hot.instructions : '–'),
            make('td', {}, k.hot.instructions ? `${k.hot.fma} (${Math.round(100 * k.hot.fma / k.hot.instructions)} %)` : '–'), make('td', {}, k.hot.fma ? (k.hot.loads / k.hot.fma).toFixed(2) : '–'),
            bad(k.hot.spills), bad(k.whole.calls), make('td', {}, k.model && k.hot.flops ? k.model.flops.toFixed(1) : '–')] : [])))));
}

// ---- the page ----

function show(f) {
  const page = document.getElementById('page');
  const fact = (value, name) => make('li', {}, make('b', {}, value), make('span', {}, name));
  page.replaceChildren(make('h2', {}, f.label + (f.prepared ? ', prepared' : '')), make('p', {class: 'note'}, f.signature),
      make('ul', {class: 'facts'}, fact(f.target, 'target'), fact(grouped(f.flops), 'FLOPs a call'), fact(bytes(f.bytes), 'in and out'), fact(bytes(f.workspace), 'workspace'),
          f.prepared ? fact(bytes(f.preparedBytes), 'prepared') : null, fact(f.kernels.length, f.kernels.length === 1 ? 'kernel' : 'kernels'),
          fact(bytes(f.kernels.reduce((s, k) => s + (k.whole ? k.whole.bytes : 0), 0)), 'code')));
  if (f.explained) {
    const graphTip = make('p', {class: 'tip'}, 'Drag to move, pinch or turn the wheel to zoom; a kernel opens and closes when it is clicked.');
    const memoryTip = make('p', {class: 'tip'}, 'Each box is a buffer: from the kernel that writes it first to the one that reads it last.');
    const roofTip = make('p', {class: 'tip'}, 'Solid: the peak of the model. Dashed: usual rates of caches and memory, not measured.');
    page.append(make('h2', {}, 'Expression'), make('p', {class: 'note'}, 'Blue: as it was written. Brown: derivatives and updates.'), new GraphView(f, graphTip).element, graphTip,
        make('details', {}, make('summary', {}, 'as text'), make('div', {}, make('pre', {}, f.explanation))), make('details', {}, make('summary', {}, 'as LaTeX'), make('div', {}, make('pre', {}, f.latex))));
    page.append(make('h2', {}, 'Kernels'), kernelTable(f));
    if (f.reasons.length) page.append(make('details', {}, make('summary', {}, 'why they are apart'), make('div', {}, f.reasons.map(r => make('p', {class: 'note'}, `%${r.value} from kernel ${r.from} to ${r.to}: ${r.why}`)))));
    page.append(make('h2', {}, 'Memory'), memoryPicture(f, memoryTip), memoryTip, make('h2', {}, 'Roofline'), roofline(f, roofTip), roofTip);
  } else page.append(make('p', {}, 'This function was compiled with another version of Intarsia: its kernels can be shown, its expression cannot.'), make('h2', {}, 'Kernels'), kernelTable(f));
  page.append(make('h2', {}, 'Machine code'), ...f.kernels.map(k => kernelDetails(f, k)));
  for (const b of document.querySelectorAll('#functions button')) b.setAttribute('aria-pressed', b.dataset.label === f.label + f.target + f.prepared);
}

document.getElementById('binary').textContent = data.binary;
document.title = 'Intarsia: ' + data.binary;
for (const f of data.functions)
  document.getElementById('functions').append(make('button', {'data-label': f.label + f.target + f.prepared, onclick: () => show(f)}, f.label + '  ', make('span', {class: 'note'}, f.target)));
show(data.functions[0]);

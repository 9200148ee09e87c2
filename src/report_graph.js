'use strict';
// The graph of an expression: layers from top to bottom, folded kernels are one box. Stands before report.js in the page.

class GraphView {
  constructor(f, tip) {
    this.f = f;
    this.tip = tip;
    const count = f.kernels.length;
    this.folded = new Set(f.nodes.length > 40 ? Array.from({length: count}, (_, k) => k) : []);
    this.layerOf = new Map();
    this.root = make('g');
    this.svg = make('svg', {role: 'img', 'aria-label': 'graph of the expression'}, this.root);
    this.element = make('div', {class: 'graph'}, this.svg, make('div', {class: 'tools'},
        make('button', {onclick: () => this.zoom(1.3), 'aria-label': 'larger'}, '+'), make('button', {onclick: () => this.zoom(1 / 1.3), 'aria-label': 'smaller'}, '−'),
        make('button', {onclick: () => this.fit()}, 'fit'),
        make('button', {onclick: () => this.foldAll(true)}, 'fold'), make('button', {onclick: () => this.foldAll(false)}, 'unfold')));
    this.pan();
    this.draw();
    new ResizeObserver(() => this.begin()).observe(this.element);
  }
  foldAll(fold) {
    this.folded = new Set(fold ? this.f.kernels.map(k => k.number) : []);
    this.draw();
    this.begin();
  }
  toggle(kernel) {
    if (!this.folded.delete(kernel)) this.folded.add(kernel);
    this.draw();
  }
  /** What is seen for node i: its kernel where that is folded. */
  seen(i) {
    const k = this.f.nodes[i].kernel;
    return k >= 0 && this.folded.has(k) ? 'k' + k : 'n' + i;
  }
  boxes() {
    const boxes = new Map();
    this.f.nodes.forEach((n, i) => {
      const id = this.seen(i);
      if (!boxes.has(id)) boxes.set(id, {id, nodes: [], to: new Set(), from: new Set()});
      boxes.get(id).nodes.push(i);
    });
    this.f.nodes.forEach((n, i) => n.in.forEach(o => {
      const a = this.seen(o), b = this.seen(i);
      if (a !== b) boxes.get(a).to.add(b), boxes.get(b).from.add(a);
    }));
    this.f.results.forEach((r, k) => {
      const id = 'r' + k, a = this.seen(r.node);
      boxes.set(id, {id, nodes: [], to: new Set(), from: new Set([a]), result: r});
      boxes.get(a).to.add(id);
    });
    return boxes;
  }
  layout(boxes) {
    // by the longest way from a box without operands; nodes come after their operands, so one sweep does it
    const depth = new Map(), open = new Set();
    const depthOf = id => {
      if (depth.has(id)) return depth.get(id);
      if (open.has(id)) return 0;
      open.add(id);
      let d = 0;
      for (const a of boxes.get(id).from) d = Math.max(d, depthOf(a) + 1);
      open.delete(id);
      depth.set(id, d);
      return d;
    };
    for (const id of boxes.keys()) depthOf(id);
    // each box right above its first reader, so that edges are short
    for (const id of [...boxes.keys()].sort((a, b) => depth.get(b) - depth.get(a))) {
      const readers = [...boxes.get(id).to], d = Math.min(...readers.map(t => depth.get(t))) - 1;
      if (readers.length > 0 && d > depth.get(id)) depth.set(id, d);
    }
    const used = [...new Set(depth.values())].sort((a, b) => a - b);  // some are empty now
    const layers = used.map(() => []);
    for (const [id, d] of depth) depth.set(id, used.indexOf(d)), layers[depth.get(id)].push(id);
    // an edge over several layers has a lane in each, so that it does not run behind boxes
    const width = 190, height = 46, gapX = 22, gapY = 44;
    const net = new Map([...boxes.keys()].map(id => [id, {from: [], to: [], width}]));
    const join = (a, b) => {
      net.get(a).to.push(b);
      net.get(b).from.push(a);
    };
    this.lanes = new Map();
    for (const b of boxes.values())
      for (const t of b.to) {
        const lanes = [];
        for (let d = depth.get(b.id) + 1; d < depth.get(t); ++d) {
          const lane = `${b.id} ${t} ${d}`;
          net.set(lane, {from: [], to: [], width: 0});
          layers[d].push(lane);
          join(lanes.at(-1) ?? b.id, lane);
          lanes.push(lane);
        }
        join(lanes.at(-1) ?? b.id, t);
        this.lanes.set(b.id + ' ' + t, lanes.map(lane => net.get(lane)));
      }
    const place = new Map();
    const settle = layer => layer.forEach((id, i) => place.set(id, i - layer.length / 2));
    layers.forEach(settle);
    const sweep = (order, side) => {
      for (const layer of order) {
        const middle = new Map(layer.map(id => {
          const others = net.get(id)[side];
          return [id, others.length ? others.reduce((s, o) => s + place.get(o), 0) / others.length : place.get(id)];
        }));
        layer.sort((a, b) => middle.get(a) - middle.get(b));
        settle(layer);
      }
    };
    for (let round = 0; round < 4; ++round) sweep(layers, 'from'), sweep([...layers].reverse(), 'to');
    // as near to what a box is joined with as its neighbours in the layer let it
    const centre = new Map(), apart = (a, b) => (net.get(a).width + net.get(b).width) / 2 + gapX;
    for (const layer of layers) layer.forEach((id, i) => centre.set(id, i * (width + gapX)));
    const pull = (order, side) => {
      for (const layer of order) {
        const wanted = layer.map(id => net.get(id)[side].length ? net.get(id)[side].reduce((s, o) => s + centre.get(o), 0) / net.get(id)[side].length : centre.get(id));
        const fromLeft = [...wanted], fromRight = [...wanted];
        for (let i = 1; i < layer.length; ++i) fromLeft[i] = Math.max(wanted[i], fromLeft[i - 1] + apart(layer[i - 1], layer[i]));
        for (let i = layer.length - 2; i >= 0; --i) fromRight[i] = Math.min(wanted[i], fromRight[i + 1] - apart(layer[i], layer[i + 1]));
        layer.forEach((id, i) => centre.set(id, (fromLeft[i] + fromRight[i]) / 2));
      }
    };
    for (let round = 0; round < 8; ++round) pull(layers, 'from'), pull([...layers].reverse(), 'to');
    for (const [d, layer] of layers.entries())
      for (const id of layer) Object.assign(boxes.get(id) ?? net.get(id), {x: centre.get(id) - net.get(id).width / 2, y: d * (height + gapY), width: net.get(id).width, height});
  }
  textOf(b) {
    if (b.result) return [b.result.updates >= 0 ? 'updates argument ' + b.result.updates : 'result', ''];
    if (b.id[0] === 'k') {
      const k = this.f.kernels[+b.id.slice(1)];
      return ['▸ kernel ' + k.number, k.computes.replace(/%\d+ /g, '')];
    }
    const n = this.f.nodes[b.nodes[0]];
    return [n.what.replace(/ \{.*\}/, '').replace(/  # .*/, ''), n.type + (n.kernel >= 0 ? '  kernel ' + n.kernel : '')];
  }
  draw() {
    const boxes = this.boxes();
    this.layout(boxes);
    this.root.replaceChildren();
    this.edges = [];
    for (const b of boxes.values())
      for (const id of b.to) {
        let x = b.x + b.width / 2, y = b.y + b.height, line = `M${x} ${y}`;
        for (const t of [...this.lanes.get(b.id + ' ' + id), boxes.get(id)]) {
          const to = t.x + t.width / 2, bend = Math.max(20, (t.y - y) / 2);
          line += `C${x} ${y + bend} ${to} ${t.y - bend} ${to} ${t.y}`;
          if (t.width === 0) line += `V${t.y + t.height}`;
          x = to, y = t.y + t.height;
        }
        const e = make('path', {class: 'edge', d: line, 'data-from': b.id, 'data-to': id});
        this.edges.push([b.id, id, e]);
        this.root.append(e);
      }
    for (const b of boxes.values()) {
      const [first, second] = this.textOf(b);
      const isLeaf = b.from.size === 0 || b.result, forward = b.nodes.some(i => this.f.nodes[i].forward);
      const group = make('g', {class: 'node', tabindex: 0, transform: `translate(${b.x} ${b.y})`, 'data-box': b.id, onclick: () => this.choose(b), onkeydown: e => {
        if (e.key === 'Enter') this.choose(b);
      }},
          make('rect', {class: 'box ' + (isLeaf ? 'leaf' : forward ? 'forward' : 'derived') + (b.id[0] === 'k' ? ' kernel' : ''), width: b.width, height: b.height}),
          make('text', {x: 8, y: 19}, short(first, 24)), make('text', {x: 8, y: 36, class: 'faint'}, short(second, 27)));
      this.root.append(group);
    }
    this.drawn = boxes;
    const all = [...boxes.values()];
    this.bounds = {x: Math.min(...all.map(b => b.x)), y: 0, width: 0, height: Math.max(...all.map(b => b.y + b.height))};
    this.bounds.width = Math.max(...all.map(b => b.x + b.width)) - this.bounds.x;
  }
  choose(b) {
    if (this.moved) return;
    if (b.id[0] === 'k') return this.toggle(+b.id.slice(1));
    for (const [from, to, e] of this.edges) e.classList.toggle('chosen', from === b.id || to === b.id);
    if (b.result) return;
    const i = b.nodes[0], n = this.f.nodes[i];
    this.tip.replaceChildren(`%${i} ${n.type} = ${n.what}`);
    if (n.kernel >= 0) this.tip.append(', kernel ' + n.kernel + ' ', make('button', {onclick: () => this.toggle(n.kernel)}, 'fold it'));
  }
  show(box) {
    Object.assign(this, box);
    this.svg.setAttribute('viewBox', `${this.vx} ${this.vy} ${this.vw} ${this.vh}`);
  }
  /** All of it. */
  fit() {
    const r = this.svg.getBoundingClientRect(), w = r.width || 600, h = r.height || 400, pad = 20;
    const scale = Math.max((this.bounds.width + 2 * pad) / w, (this.bounds.height + 2 * pad) / h, 0.7);
    this.show({vw: w * scale, vh: h * scale, vx: this.bounds.x + this.bounds.width / 2 - w * scale / 2, vy: this.bounds.y + this.bounds.height / 2 - h * scale / 2});
  }
  /** All of it if that can be read, else the beginning. */
  begin() {
    this.fit();
    const readable = 1.5 * (this.element.clientWidth || 600);
    if (this.vw <= readable) return;
    const by = this.vw / readable, first = this.boxWith(0);
    this.show({vw: readable, vh: this.vh / by, vx: (first ? first.x + first.width / 2 : 0) - readable / 2, vy: -16});
  }
  boxWith(i) {
    return this.drawn.get(this.seen(this.f.nodes.findIndex((n, k) => k >= i && n.in.length > 0)));
  }
  zoom(by, cx = this.vx + this.vw / 2, cy = this.vy + this.vh / 2) {
    this.show({vx: cx - (cx - this.vx) / by, vy: cy - (cy - this.vy) / by, vw: this.vw / by, vh: this.vh / by});
  }
  pan() {
    const down = new Map();
    const at = e => {
      const r = this.svg.getBoundingClientRect();
      return [this.vx + (e.clientX - r.left) / r.width * this.vw, this.vy + (e.clientY - r.top) / r.height * this.vh];
    };
    this.svg.addEventListener('pointerdown', e => {
      down.set(e.pointerId, [e.clientX, e.clientY]);
      this.moved = false;
    });
    this.svg.addEventListener('pointermove', e => {
      if (!down.has(e.pointerId)) return;
      const [x, y] = down.get(e.pointerId), r = this.svg.getBoundingClientRect();
      if (Math.hypot(e.clientX - x, e.clientY - y) < 4 && !this.moved) return;
      this.moved = true;
      this.svg.setPointerCapture(e.pointerId);
      if (down.size === 2) {
        const [other] = [...down].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
        const before = Math.hypot(x - other[0], y - other[1]), now = Math.hypot(e.clientX - other[0], e.clientY - other[1]);
        if (before > 0 && now > 0) this.zoom(now / before, ...at(e));
      } else this.show({vx: this.vx - (e.clientX - x) / r.width * this.vw, vy: this.vy - (e.clientY - y) / r.height * this.vh});
      down.set(e.pointerId, [e.clientX, e.clientY]);
    });
    for (const end of ['pointerup', 'pointercancel']) this.svg.addEventListener(end, e => down.delete(e.pointerId));
    this.svg.addEventListener('wheel', e => {
      e.preventDefault();
      this.zoom(e.deltaY < 0 ? 1.15 : 1 / 1.15, ...at(e));
    }, {passive: false});
  }
}

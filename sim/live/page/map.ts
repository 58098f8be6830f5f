import { geoGraticule10, geoNaturalEarth1, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import world from 'world-atlas/land-110m.json';
import { STATES } from '../messages.ts';
import { bytesOf, card, el, setText } from './dom.ts';
import { count } from './numbers.ts';
import type { Store } from './store.ts';
import { colours } from './theme.ts';

/** The golden angle: devices of a region lie in a spiral that fills a disc evenly. */
const ANGLE = 2.399963;
/** Fleets up to this size are drawn as numbered discs. */
const DISCS = 60;
/** How near to a device a click must be, CSS pixels. */
const NEAR = 14;

/** The land of the world, out of a file of arcs. */
const LAND = (() => {
  const topology = world as unknown as Parameters<typeof feature>[0];
  return feature(topology, topology.objects['land']!);
})();

/** The world and every device in it, coloured by what it does. */
export class WorldMap {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #choose: (device: number) => void;
  readonly #land = el('canvas', { class: 'map-land' });
  readonly #devices = el('canvas', {
    class: 'map-devices',
    tabindex: 0,
    role: 'img',
    'aria-label': 'World map of the devices; arrow keys choose one',
  });
  readonly #legend = el('ul', { class: 'legend' });
  readonly #counts: readonly HTMLElement[];
  #x = new Float32Array(0);
  #y = new Float32Array(0);
  #seen = '';
  #laidOut = '';
  #pixels: ImageData | undefined;

  constructor(store: Store, choose: (device: number) => void) {
    this.#store = store;
    this.#choose = choose;
    this.#counts = STATES.map((state) => {
      const number = el('b', {}, '0');
      this.#legend.append(el('li', {}, el('span', { class: `dot state-${state}` }), `${state} `, number));
      return number;
    });
    this.element = card('map', 'Devices', el('div', { class: 'map-box' }, this.#land, this.#devices), this.#legend);
    this.element.classList.add('wide');
    this.#devices.addEventListener('click', (event) => this.#click(event));
    this.#devices.addEventListener('keydown', (event) => this.#key(event));
    new ResizeObserver(() => {
      this.#laidOut = '';
    }).observe(this.#land);
  }

  get stale(): boolean {
    return this.#seen !== this.#now();
  }

  draw(): void {
    const { info } = this.#store;
    if (info === undefined) return;
    this.#layOut();
    this.#seen = this.#now();
    if (this.#x.length <= DISCS) this.#drawDiscs();
    else this.#drawPoints();
    this.#store.status?.counts.forEach((number, state) => {
      setText(this.#counts[state]!, count(number));
    });
  }

  #now(): string {
    const { states, run, colours: palette } = this.#store.versions;
    return `${states} ${run} ${palette} ${this.#land.clientWidth} ${this.#store.status?.watched?.device}`;
  }

  /** Draws the land, and finds each device's place, where either may have changed. */
  #layOut(): void {
    const { info, versions } = this.#store;
    const width = Math.max(240, this.#land.clientWidth);
    const height = Math.round(width * 0.5);
    const key = `${width} ${versions.run} ${versions.colours} ${devicePixelRatio}`;
    if (info === undefined || key === this.#laidOut) return;
    this.#laidOut = key;
    const ratio = devicePixelRatio;
    for (const canvas of [this.#land, this.#devices]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.#pixels = undefined;
    const projection = geoNaturalEarth1().fitExtent(
      [
        [4, 4],
        [width - 4, height - 4],
      ],
      { type: 'Sphere' },
    );
    const context = this.#land.getContext('2d')!;
    const { land, sea, grid, text } = colours();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const path = geoPath(projection, context);
    const draw = (shape: Parameters<typeof path>[0], fill: string | undefined, stroke: string | undefined): void => {
      context.beginPath();
      path(shape);
      if (fill !== undefined) {
        context.fillStyle = fill;
        context.fill();
      }
      if (stroke !== undefined) {
        context.strokeStyle = stroke;
        context.lineWidth = 0.5;
        context.stroke();
      }
    };
    draw({ type: 'Sphere' }, sea, grid);
    draw(geoGraticule10(), undefined, grid);
    draw(LAND, land, undefined);
    const places = info.regions.map(
      ({ latitude, longitude }) => projection([longitude, latitude]) ?? ([0, 0] as const),
    );
    const server = projection([info.server.longitude, info.server.latitude]) ?? [0, 0];
    this.#place(places, width);
    context.strokeStyle = text;
    context.lineWidth = 1.5;
    context.strokeRect(server[0] - 5, server[1] - 5, 10, 10);
    context.fillStyle = text;
    context.font = '11px system-ui';
    context.fillText(`server, ${info.server.name}`, server[0] + 9, server[1] - 7);
  }

  #place(places: readonly (readonly [number, number])[], width: number): void {
    const { devices, region } = this.#store.info!;
    const regions = new Uint16Array(bytesOf(region).buffer);
    this.#x = new Float32Array(devices);
    this.#y = new Float32Array(devices);
    const met = places.map(() => 0);
    const most = Math.max(1, devices / Math.max(1, places.length));
    const spacing = devices <= DISCS ? 11 : Math.max(1.1, Math.min(5, (width * 0.035) / Math.sqrt(most)));
    for (let device = 0; device < devices; device++) {
      const at = regions[device]!;
      const n = met[at]!++;
      const radius = spacing * Math.sqrt(n + (devices <= DISCS ? 0.6 : 0));
      this.#x[device] = places[at]![0] + radius * Math.cos(n * ANGLE);
      this.#y[device] = places[at]![1] + radius * Math.sin(n * ANGLE);
    }
  }

  #drawDiscs(): void {
    const context = this.#devices.getContext('2d')!;
    const { states: palette, text, surface } = colours();
    const ratio = devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#devices.width, this.#devices.height);
    context.font = 'bold 9px system-ui';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    const watched = this.#store.status?.watched?.device;
    for (let device = 0; device < this.#x.length; device++) {
      const [x, y] = [this.#x[device]!, this.#y[device]!];
      context.beginPath();
      context.arc(x, y, 8, 0, 2 * Math.PI);
      context.fillStyle = palette[this.#store.states[device]!] ?? text;
      context.fill();
      context.strokeStyle = device === watched ? text : surface;
      context.lineWidth = device === watched ? 2.5 : 1;
      context.stroke();
      context.fillStyle = '#ffffff';
      context.strokeStyle = '#000000';
      context.lineWidth = 2;
      context.strokeText(String(device), x, y);
      context.fillText(String(device), x, y);
    }
  }

  /** Written pixel by pixel: ten thousand devices in a millisecond. */
  #drawPoints(): void {
    const context = this.#devices.getContext('2d')!;
    const { width, height } = this.#devices;
    const ratio = devicePixelRatio;
    this.#pixels ??= context.createImageData(width, height);
    const words = new Uint32Array(this.#pixels.data.buffer);
    words.fill(0);
    const palette = colours().states.map(word);
    const size = Math.max(2, Math.round((this.#x.length > 20_000 ? 1.2 : 2) * ratio));
    const { states } = this.#store;
    for (let device = 0; device < this.#x.length; device++) {
      const colour = palette[states[device]!]!;
      const left = Math.round(this.#x[device]! * ratio);
      const top = Math.round(this.#y[device]! * ratio);
      for (let y = top; y < top + size; y++) {
        if (y < 0 || y >= height) continue;
        for (let x = left; x < left + size; x++) if (x >= 0 && x < width) words[y * width + x] = colour;
      }
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.putImageData(this.#pixels, 0, 0);
    const watched = this.#store.status?.watched?.device;
    if (watched === undefined) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.strokeStyle = colours().text;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(this.#x[watched]! + 1, this.#y[watched]! + 1, 6, 0, 2 * Math.PI);
    context.stroke();
  }

  #click(event: MouseEvent): void {
    const box = this.#devices.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let nearest = -1;
    let least = NEAR * NEAR;
    for (let device = 0; device < this.#x.length; device++) {
      const [dx, dy] = [this.#x[device]! - x, this.#y[device]! - y];
      const distance = dx * dx + dy * dy;
      if (distance >= least) continue;
      least = distance;
      nearest = device;
    }
    if (nearest >= 0) this.#choose(nearest);
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step === undefined || this.#x.length === 0) return;
    event.preventDefault();
    const watched = this.#store.status?.watched?.device ?? 0;
    this.#choose((watched + step + this.#x.length) % this.#x.length);
  }
}

/** #rrggbb as the word that a pixel is, on a machine that puts the low byte first. */
function word(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return ((255 << 24) | (b! << 16) | (g! << 8) | r!) >>> 0;
}

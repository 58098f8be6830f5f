import { short } from '../numbers.ts';
import { COLOR, type Spec } from '../style.ts';
import type { Figure, FigureRun } from './figure.ts';
import { barsPlot } from './plots.ts';
import { over, seedsText, type Variant, variantsOf } from './values.ts';

/** What holding results back saves. */
export const commToComp: Figure = {
  name: 'comm-to-comp',
  title: 'Communication-to-computation ratio with and without G2T-D',
  columns: 2,
  seeds: 5,
  generated: ['dataset={ name: clusters, classes: 40, rows: 18, test: 9 }'],
  reduced: { seeds: 1, set: ['dataset.classes=10'] },
  draw: (runs) => ({
    kind: 'chart',
    caption: `Communication over computation, by time (radio busy or waiting for the network, over computing) and by bytes on the wire a floating-point operation, on five kinds of link: with G2T-D (devices gather Wₜ classifiers by the quality of their link) and with each classifier sent at once. Eight nRF52840 train 780 classifiers. Rows travel to the devices in both cases and are most of the bytes. ${seedsText(runs)}`,
    body: (plot) => body(runs, plot),
  }),
};

const LINKS: Readonly<Record<string, string>> = {
  'home-wifi': 'home Wi-Fi',
  '4g': '4G',
  'cellular-3g': '3G',
  'lte-m': 'LTE-M',
};
const HOW = ['each at once', 'G2T-D'] as const;

function body(runs: readonly FigureRun[], plot: number): Spec {
  const variants = variantsOf(runs);
  const links = [...new Set(variants.map(linkOf))];
  const panel = (title: string, value: (run: FigureRun) => number | null): Spec => {
    const groups = links.map((link) => ({
      name: LINKS[link] ?? link,
      bars: HOW.map((how) => {
        const found = variants.find((each) => linkOf(each) === link && holds(each) === (how === 'G2T-D'));
        return found && over(found, value);
      }),
    }));
    const most = Math.max(...groups.flatMap(({ bars }) => bars.map((bar) => bar?.high ?? 0)));
    return barsPlot({
      series: HOW,
      colors: [COLOR.grid, COLOR.blue],
      groups,
      axis: { title, domain: [0, most * 1.12] },
      width: plot / 2,
      height: 92,
      legend: 2,
      text: (number) => short(number, 2),
    });
  };
  return {
    hconcat: [
      panel('comm. / comp. (s/s)', ({ summary }) => summary.comm_to_comp.time),
      panel('comm. / comp. (B/FLOP)', ({ summary }) => summary.comm_to_comp.bytes_per_flop),
    ],
    spacing: 12,
  };
}

function linkOf({ scenario }: Variant): string {
  return scenario.fleet[0]!.link;
}

function holds({ scenario: { method } }: Variant): boolean {
  return method.name === 'g2t' && method.hold.by === 'quality';
}

import { assert } from '../kernel/errors.ts';
import { type LinkInput, linkOptions, mergeProfile, type ResolvedProfile } from './link-options.ts';

/** A built-in profile as a scenario would write it, and where each of its figures comes from. */
export interface ProfileSheet {
  readonly link: LinkInput;
  /** By figure: a publication and what it says, or "estimate" and how it was derived. */
  readonly source: {
    readonly rates: string;
    readonly latency: string;
    readonly loss: string;
    readonly dropout: string;
  };
}

const HPBN = 'Grigorik 2013, High Performance Browser Networking, table 7-2';
const NO_MTBF = 'estimate: no figure found for single devices; order of magnitude of';

/**
 * The library of link profiles. Latencies are one way: half of a measured round trip, so that a round trip has the
 * measured spread. Rates are what one device gets, not the cell's or the line's peak. Of the dropouts, all figures are
 * estimates: set your own where they matter.
 */
export const PROFILE_SHEETS: Readonly<Record<string, ProfileSheet>> = {
  fibre: {
    link: {
      up: '300 Mbit/s',
      down: '300 Mbit/s',
      latency: { lognormal: { median: '4.5 ms', p95: '9 ms' } },
      loss: '0.01 %',
      dropout: { up: { exponential: '30 d' }, down: { weibull: { scale: '30 min', shape: 0.7 } } },
      shareable: true,
    },
    source: {
      rates: 'estimate: a common symmetric tier of fibre to the home',
      latency:
        'half of 9 ms, the Verizon (mostly fibre) figure of an Ookla report cited by CCG (POTs and PANs); p95 estimate: twice that',
      loss: 'estimate: below the 0.4 % that the FCC (Measuring Broadband America) takes as its lowest class of peak-hour loss',
      dropout: `${NO_MTBF} one repair a month`,
    },
  },
  cable: {
    link: {
      up: '20 Mbit/s',
      down: '200 Mbit/s',
      latency: { lognormal: { median: '8 ms', p95: '24 ms' } },
      loss: '0.05 %',
      dropout: { up: { exponential: '20 d' }, down: { weibull: { scale: '30 min', shape: 0.7 } } },
      shareable: true,
    },
    source: {
      rates:
        'download: 193.9 Mbit/s, mean advertised speed over all technologies in FCC, Eleventh Measuring Broadband America; upload estimate: a tenth (DOCSIS 3.0 split)',
      latency: 'estimate: between fibre and DSL; the upstream request-grant cycle of DOCSIS adds milliseconds',
      loss: 'estimate: below the 0.4 % that the FCC takes as its lowest class of peak-hour loss',
      dropout: `${NO_MTBF} a few repairs a season`,
    },
  },
  dsl: {
    link: {
      up: '5 Mbit/s',
      down: '25 Mbit/s',
      latency: { lognormal: { median: '15 ms', p95: '35 ms' } },
      loss: '0.1 %',
      dropout: { up: { exponential: '10 d' }, down: { weibull: { scale: '10 min', shape: 0.7 } } },
      shareable: true,
    },
    source: {
      rates: 'estimate: VDSL2 (ITU-T G.993.2) on a line of about a kilometre',
      latency: 'estimate: interleaving against impulse noise adds several milliseconds each way to what cable has',
      loss: 'estimate: above cable; the FCC report of 2015 finds low loss on cable, fibre and satellite, not on DSL',
      dropout: `${NO_MTBF} retraining of the modem`,
    },
  },
  'home-wifi': {
    link: {
      up: '10 Mbit/s',
      down: '20 Mbit/s',
      latency: { lognormal: { median: '10 ms', p95: '35 ms' } },
      loss: '0.2 %',
      dropout: { up: { exponential: '24 h' }, down: { exponential: '5 min' } },
      shareable: true,
    },
    source: {
      rates:
        'download: 20 Mbit/s, TCP of an ESP32 over the air (ESP-IDF Programming Guide, Wi-Fi throughput); upload estimate: half, limited by the line behind',
      latency:
        'Sui et al. 2016 (MobiSys): Wi-Fi hop 3 ms in the median, 20 ms at the 90th percentile, round trip; half of it on top of cable; p95 is interpolated between 90th and 99th (250 ms): estimate',
      loss: 'estimate: what is left after the retries of 802.11',
      dropout: `${NO_MTBF} one re-association or router restart a day`,
    },
  },
  '5g': {
    link: {
      up: '21 Mbit/s',
      down: '166 Mbit/s',
      latency: { lognormal: { median: '12 ms', p95: '30 ms' } },
      loss: '0.05 %',
      dropout: { up: { exponential: '12 h' }, down: { exponential: '1 min' } },
      shareable: false,
    },
    source: {
      rates:
        'Ookla 2021, "Growing and slowing: the state of 5G worldwide in 2021": global medians 166.13 and 21.08 Mbit/s (Q3 2021)',
      latency:
        'estimate: somewhat below half of 28 ms, the global mobile median of Ookla for November 2022 (4G and 5G together)',
      loss: 'estimate: what is left after HARQ and RLC retransmission',
      dropout: `${NO_MTBF} two losses of coverage a day`,
    },
  },
  '4g': {
    link: {
      up: '10 Mbit/s',
      down: '30 Mbit/s',
      latency: { lognormal: { median: '20 ms', p95: '50 ms' } },
      loss: '0.1 %',
      dropout: { up: { exponential: '12 h' }, down: { exponential: '2 min' } },
      shareable: false,
    },
    source: {
      rates: `${HPBN}: 1 to 50 Mbit/s; the values within that range are estimates`,
      latency: `${HPBN}: round trips below 100 ms, so p95 is half of that; median estimate: above half of Ookla's 28 ms, as modules sit worse than telephones`,
      loss: 'estimate: what is left after HARQ and RLC retransmission',
      dropout: `${NO_MTBF} two losses of coverage a day`,
    },
  },
  'cellular-3g': {
    link: {
      up: '0.5 Mbit/s',
      down: '2 Mbit/s',
      latency: { lognormal: { median: '75 ms', p95: '250 ms' } },
      loss: '0.2 %',
      dropout: { up: { exponential: '6 h' }, down: { exponential: '3 min' } },
      shareable: false,
    },
    source: {
      rates: `${HPBN}: 0.5 to 5 Mbit/s; up is its lower end, down within it an estimate`,
      latency: `${HPBN}: round trips of 100 to 500 ms; p95 is half of its upper end, the median an estimate within`,
      loss: 'estimate: what is left after RLC retransmission',
      dropout: `${NO_MTBF} four losses of coverage a day`,
    },
  },
  'lte-m': {
    link: {
      up: '375 kbit/s',
      down: '300 kbit/s',
      latency: { lognormal: { median: '60 ms', p95: '200 ms' } },
      loss: '0.2 %',
      dropout: { up: { exponential: '12 h' }, down: { exponential: '5 min' } },
      shareable: false,
    },
    source: {
      rates:
        'category M1, half duplex, with scheduling delays: 375 kbit/s up, 300 kbit/s down (RF Wireless World, LTE-M device categories; 3GPP release 13)',
      latency:
        'estimate: 10 to 15 ms of radio in good coverage (mbedded.ninja, cellular protocols), repetitions, scheduling of half duplex and the core network on top',
      loss: 'estimate: as 3G, left after HARQ and RLC retransmission',
      dropout: `${NO_MTBF} two losses of coverage a day`,
    },
  },
  'nb-iot': {
    link: {
      up: '62 kbit/s',
      down: '26 kbit/s',
      latency: { lognormal: { median: '800 ms', p95: '5 s' } },
      loss: '0.5 %',
      dropout: { up: { exponential: '6 h' }, down: { exponential: '10 min' } },
      shareable: false,
    },
    source: {
      rates: 'category NB1: peaks of 62 kbit/s up, 26 kbit/s down (mbedded.ninja, cellular protocols; 3GPP release 13)',
      latency:
        'half of 1.6 s and of 10 s, the ends of the range that the same table gives; as median and p95: estimate',
      loss: 'estimate: above LTE-M, as NB-IoT serves worse places',
      dropout: `${NO_MTBF} four losses of coverage a day, slow to come back`,
    },
  },
  'satellite-leo': {
    link: {
      up: '15 Mbit/s',
      down: '150 Mbit/s',
      latency: { lognormal: { median: '20 ms', p95: '31 ms' } },
      loss: '0.5 %',
      dropout: { up: { exponential: '1 h' }, down: { exponential: '5 s' } },
      shareable: true,
    },
    source: {
      rates:
        'download: middle of the 100 to 200 Mbit/s that Starlink promises (APNIC blog 2022 on Michel et al.); upload estimate: a tenth',
      latency:
        'Michel et al. 2022, "A first look at Starlink performance" (IMC): round trip to European anchors 20 ms at least, median 50, quartiles 40 and 60 ms; 10 ms taken off for the way on the ground (estimate); p95 from the lognormal through the quartiles',
      loss: 'estimate: Kassem et al. 2022, "A browser-side view of Starlink connectivity" (IMC), find frequent losses at changes of satellite, spread here over all packets',
      dropout: `${NO_MTBF} a short obstruction an hour`,
    },
  },
  'satellite-geo': {
    link: {
      up: '10 Mbit/s',
      down: '100 Mbit/s',
      latency: { lognormal: { median: '300 ms', p95: '350 ms' } },
      loss: '0.1 %',
      dropout: { up: { exponential: '24 h' }, down: { exponential: '10 min' } },
      shareable: true,
    },
    source: {
      rates: 'the 100/10 Mbit/s subscription measured by Michel et al. 2022 (IMC; APNIC blog)',
      latency:
        'RFC 2488: 239.6 to 279.0 ms a hop by propagation alone; half of the 600 ms minimum of commercial service that Michel et al. 2022 cite; p95 estimate',
      loss: 'estimate: forward error correction leaves little but rain',
      dropout: `${NO_MTBF} one rain fade a day`,
    },
  },
  'lora-backhaul': {
    link: {
      up: '5 kbit/s',
      down: '5 kbit/s',
      latency: { lognormal: { median: '1 s', p95: '2 s' } },
      loss: '3 %',
      dropout: { up: { exponential: '12 h' }, down: { exponential: '10 min' } },
      shareable: true,
    },
    source: {
      rates:
        'LoRaWAN regional parameters EU863-870: DR0 to DR5, 0.3 to 5 kbit/s; the upper end. The duty cycle of 1 % is not modelled: lower the rates to have it',
      latency: 'LoRaWAN regional parameters: receive windows 1 s and 2 s after the uplink, as median and p95: estimate',
      loss: 'estimate: unacknowledged frames, collisions (ALOHA)',
      dropout: `${NO_MTBF} two losses a day`,
    },
  },
};

export const PROFILE_NAMES: readonly string[] = Object.keys(PROFILE_SHEETS);

let resolved: ReadonlyMap<string, ResolvedProfile> | undefined;

/** The built-in profiles by name, in SI. */
export function builtInProfiles(): ReadonlyMap<string, ResolvedProfile> {
  resolved ??= new Map(
    Object.entries(PROFILE_SHEETS).map(([name, { link }]) => {
      const merged = mergeProfile(name, linkOptions.parse(link), undefined);
      assert('profile' in merged, `Expected the built-in profile ${name} to be whole`);
      return [name, merged.profile];
    }),
  );
  return resolved;
}

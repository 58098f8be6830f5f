import { assert } from '../kernel/errors.ts';
import { type Duration, fromSeconds } from '../kernel/time.ts';

/** A place on the globe, in degrees: north and east are positive. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Centres of cities, to two decimals (GeoNames): a hundredth of a degree is 1.1 km, 6 us of fibre. */
const CITIES = {
  accra: at(5.56, -0.2),
  'addis-ababa': at(9.02, 38.75),
  algiers: at(36.75, 3.04),
  almaty: at(43.25, 76.95),
  amsterdam: at(52.37, 4.89),
  anchorage: at(61.22, -149.9),
  athens: at(37.98, 23.73),
  atlanta: at(33.75, -84.39),
  auckland: at(-36.85, 174.76),
  baghdad: at(33.34, 44.4),
  bangalore: at(12.97, 77.59),
  bangkok: at(13.75, 100.5),
  barcelona: at(41.39, 2.16),
  beijing: at(39.91, 116.4),
  berlin: at(52.52, 13.41),
  bogota: at(4.61, -74.08),
  boston: at(42.36, -71.06),
  brisbane: at(-27.47, 153.03),
  brussels: at(50.85, 4.35),
  bucharest: at(44.43, 26.11),
  budapest: at(47.5, 19.04),
  'buenos-aires': at(-34.61, -58.38),
  cairo: at(30.06, 31.25),
  'cape-town': at(-33.93, 18.42),
  casablanca: at(33.59, -7.61),
  chennai: at(13.09, 80.28),
  chicago: at(41.85, -87.65),
  colombo: at(6.93, 79.85),
  copenhagen: at(55.68, 12.57),
  dakar: at(14.69, -17.45),
  dallas: at(32.78, -96.81),
  'dar-es-salaam': at(-6.82, 39.27),
  delhi: at(28.65, 77.23),
  denver: at(39.74, -104.98),
  dhaka: at(23.71, 90.41),
  dubai: at(25.07, 55.17),
  dublin: at(53.33, -6.25),
  frankfurt: at(50.12, 8.68),
  hanoi: at(21.02, 105.84),
  helsinki: at(60.17, 24.94),
  'ho-chi-minh-city': at(10.82, 106.63),
  'hong-kong': at(22.28, 114.17),
  honolulu: at(21.31, -157.86),
  houston: at(29.76, -95.36),
  istanbul: at(41.01, 28.95),
  jakarta: at(-6.21, 106.85),
  jerusalem: at(31.77, 35.22),
  johannesburg: at(-26.2, 28.04),
  karachi: at(24.86, 67.01),
  kathmandu: at(27.7, 85.32),
  kinshasa: at(-4.33, 15.31),
  'kuala-lumpur': at(3.14, 101.69),
  kyiv: at(50.45, 30.52),
  lagos: at(6.45, 3.39),
  lima: at(-12.04, -77.03),
  lisbon: at(38.72, -9.13),
  london: at(51.51, -0.13),
  'los-angeles': at(34.05, -118.24),
  madrid: at(40.42, -3.7),
  manchester: at(53.48, -2.24),
  manila: at(14.6, 120.98),
  marseille: at(43.3, 5.38),
  melbourne: at(-37.81, 144.96),
  'mexico-city': at(19.43, -99.13),
  miami: at(25.77, -80.19),
  milan: at(45.46, 9.19),
  montreal: at(45.51, -73.59),
  mumbai: at(19.07, 72.88),
  munich: at(48.14, 11.58),
  nairobi: at(-1.28, 36.82),
  'new-york': at(40.71, -74.01),
  osaka: at(34.69, 135.5),
  oslo: at(59.91, 10.75),
  paris: at(48.85, 2.35),
  perth: at(-31.95, 115.86),
  prague: at(50.09, 14.42),
  quito: at(-0.23, -78.52),
  reykjavik: at(64.14, -21.9),
  'rio-de-janeiro': at(-22.91, -43.18),
  riyadh: at(24.69, 46.72),
  rome: at(41.89, 12.51),
  'san-francisco': at(37.77, -122.42),
  santiago: at(-33.46, -70.65),
  'sao-paulo': at(-23.55, -46.64),
  seattle: at(47.61, -122.33),
  seoul: at(37.57, 126.98),
  shanghai: at(31.22, 121.46),
  singapore: at(1.29, 103.85),
  sofia: at(42.7, 23.32),
  stockholm: at(59.33, 18.07),
  sydney: at(-33.87, 151.21),
  taipei: at(25.05, 121.53),
  tokyo: at(35.69, 139.69),
  toronto: at(43.7, -79.42),
  tunis: at(36.82, 10.17),
  vancouver: at(49.25, -123.12),
  vienna: at(48.21, 16.37),
  warsaw: at(52.23, 21.01),
  'washington-dc': at(38.9, -77.04),
  zurich: at(47.37, 8.55),
} as const;

/**
 * Regions of cloud providers, at the city (or, where the provider names a county or a state only, the place generally
 * given for its data centres) that the provider's list of regions says: AWS, Google Cloud, Microsoft Azure.
 */
const CLOUD = {
  'aws-af-south-1': CITIES['cape-town'],
  'aws-ap-east-1': CITIES['hong-kong'],
  'aws-ap-northeast-1': CITIES.tokyo,
  'aws-ap-northeast-2': CITIES.seoul,
  'aws-ap-northeast-3': CITIES.osaka,
  'aws-ap-south-1': CITIES.mumbai,
  'aws-ap-southeast-1': CITIES.singapore,
  'aws-ap-southeast-2': CITIES.sydney,
  'aws-ap-southeast-3': CITIES.jakarta,
  'aws-ca-central-1': CITIES.montreal,
  'aws-eu-central-1': CITIES.frankfurt,
  'aws-eu-north-1': CITIES.stockholm,
  'aws-eu-south-1': CITIES.milan,
  'aws-eu-west-1': CITIES.dublin,
  'aws-eu-west-2': CITIES.london,
  'aws-eu-west-3': CITIES.paris,
  'aws-sa-east-1': CITIES['sao-paulo'],
  'aws-us-east-1': at(39.04, -77.49), // Ashburn, Virginia
  'aws-us-east-2': at(39.96, -83.0), // Columbus, Ohio
  'aws-us-west-1': CITIES['san-francisco'],
  'aws-us-west-2': at(45.84, -119.7), // Boardman, Oregon
  'azure-east-us': at(37.54, -77.44), // Virginia, taken at Richmond
  'azure-north-europe': CITIES.dublin,
  'azure-southeast-asia': CITIES.singapore,
  'azure-uk-south': CITIES.london,
  'azure-west-europe': CITIES.amsterdam,
  'gcp-asia-east1': at(24.08, 120.54), // Changhua County, Taiwan
  'gcp-asia-northeast1': CITIES.tokyo,
  'gcp-asia-south1': CITIES.mumbai,
  'gcp-asia-southeast1': CITIES.singapore,
  'gcp-australia-southeast1': CITIES.sydney,
  'gcp-europe-west1': at(50.45, 3.82), // St. Ghislain, Belgium
  'gcp-europe-west2': CITIES.london,
  'gcp-europe-west3': CITIES.frankfurt,
  'gcp-southamerica-east1': CITIES['sao-paulo'],
  'gcp-us-central1': at(41.26, -95.86), // Council Bluffs, Iowa
  'gcp-us-west1': at(45.59, -121.18), // The Dalles, Oregon
} as const;

const REGIONS: ReadonlyMap<string, Place> = new Map(Object.entries({ ...CITIES, ...CLOUD }));

/** All names, sorted: for the schema, its suggestions and its completions. */
export const REGION_NAMES: readonly string[] = [...REGIONS.keys()].sort();

/** @param name one of REGION_NAMES. */
export function regionOf(name: string): Place {
  const place = REGIONS.get(name);
  assert(place !== undefined, `Expected a region of the table, got ${name}`);
  return place;
}

function at(latitude: number, longitude: number): Place {
  return { latitude, longitude };
}

/** Mean radius of the Earth, m (IUGG: (2a + b) / 3). */
const EARTH_RADIUS = 6_371_008.8;
/** Speed of light in a vacuum, m/s (exact), and the share of it at which light runs in fibre. */
const LIGHT = 299_792_458;
const IN_FIBRE = 2 / 3;

/**
 * How much longer than the great circle a route is, all detours and equipment on the way counted. Bozkurt et al. 2018,
 * "Dissecting latency in the Internet's fiber infrastructure" (arXiv:1811.10737), give the rule of thumb of earlier
 * measurements: line of sight times 2.1 over the speed of light in fibre (two thirds of that in a vacuum; Singla et al.
 * 2014, "The Internet at the speed of light", HotNets); shortest conduits would give 1.3.
 */
export const ROUTE_INFLATION = 2.1;

/** Great-circle distance, m, by the haversine formula (a sphere: within 0.6 % of the ellipsoid). */
export function distance(a: Place, b: Place): number {
  const dLatitude = radians(b.latitude - a.latitude) / 2;
  const dLongitude = radians(b.longitude - a.longitude) / 2;
  const u = Math.sin(dLatitude);
  const v = Math.sin(dLongitude);
  const h = u * u + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * v * v;
  const clamped = h > 1 ? 1 : h;
  return 2 * EARTH_RADIUS * Math.atan2(Math.sqrt(clamped), Math.sqrt(1 - clamped));
}

/**
 * One-way time of light on the route between two places; 0 within one place (the access latency covers what is near).
 * Does not model the particular cables of a pair of cities, nor routes that change.
 * @param inflation route length over great circle, at least 1.
 */
export function propagation(a: Place, b: Place, inflation = ROUTE_INFLATION): Duration {
  return fromSeconds((distance(a, b) * inflation) / (LIGHT * IN_FIBRE));
}

/** Mean solar time at a place, hours 0 to 24, where `seconds` is the time since midnight UTC. */
export function localHour(place: Place, seconds: number): number {
  const hours = seconds / 3600 + place.longitude / 15;
  return hours - 24 * Math.floor(hours / 24);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

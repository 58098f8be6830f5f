import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { packArchive, unpackArchive } from '../files/archive.ts';

/** What hostile firmware does, by the letter that stands in it. */
export const HOSTILE = {
  nothing: 'a',
  /** In the call that gives a device its rows. */
  loops: 'b',
  grows: 'c',
  traps: 'd',
  recurses: 'e',
  waits: 'f',
  refuses: 'g',
  /** Always has another frame to send. */
  floods: 'h',
  /** Asks for its timer at once, for ever. */
  'timer-now': 'i',
  /** Asks for its timer at no instant at all. */
  'timer-nan': 'j',
  /** Gives an outgoing frame that is longer than its memory. */
  'long-frame': 'k',
} as const;

const MARKER = 'G2T-HOSTILE-';
/** Begins to be hostile at this call. */
const CALL = 40;

const HOSTILITY = `
static const volatile char hostility[] = "${MARKER}${HOSTILE.nothing}";
static uint32_t calls;
static int hostile(char what) {
  if (hostility[${MARKER.length}] != what) return 0;
  return ++calls > ${CALL}u;
}
static uint32_t recurse(volatile uint32_t n) {
  volatile uint32_t more[64];
  more[n % 64u] = n;
  return n == 0xffffffffu ? 0u : recurse(n + 1u) + more[n % 63u];
}
`;
/** What is put before the code of a function of host.c. */
const INSERTED: Readonly<Record<string, string>> = {
  g2t_host_deliver: `
  if (hostile('${HOSTILE.loops}')) for (volatile uint32_t n = 0;; n++) {}
  if (hostile('${HOSTILE.grows}')) {
    while (__builtin_wasm_memory_grow(0, 16) != (uint32_t)-1) {
      const uint32_t end = (uint32_t)__builtin_wasm_memory_size(0) * 65536u;
      for (uint32_t at = end - 16u * 65536u; at != end; at += 4096u) *(volatile uint32_t *)(uintptr_t)at = 1;
    }
    __builtin_trap();
  }
  if (hostile('${HOSTILE.traps}')) __builtin_trap();
  if (hostile('${HOSTILE.recurses}')) return (int32_t)recurse(0);
  if (hostile('${HOSTILE.waits}')) __builtin_wasm_memory_atomic_wait32((int *)(uintptr_t)host.at.inbox, *(int *)(uintptr_t)host.at.inbox, -1);
  if (hostile('${HOSTILE.refuses}')) return -77;`,
  g2t_host_poll: `
  if (hostile('${HOSTILE.floods}')) return 20;
  if (hostile('${HOSTILE['long-frame']}')) return 0x7fffffff;`,
  g2t_host_deadline: `
  if (hostile('${HOSTILE['timer-now']}')) return 0;
  if (hostile('${HOSTILE['timer-nan']}')) return __builtin_nan("");`,
};

/** Compiles the firmware with all of it in; `withHostility` then chooses one. */
export async function hostileFirmware(): Promise<Uint8Array> {
  // Untyped, and not part of the program.
  const path = '../../wasm/compile.js';
  const { compile, sources, SHARED } = await import(path);
  const files = sources(['include', 'src', 'port/wasi']) as Record<string, string>;
  let host = files['port/wasi/host.c']!.replace('host_state host;', `host_state host;\n${HOSTILITY}`);
  for (const [name, code] of Object.entries(INSERTED)) {
    // The definition, not the declaration above it.
    host = host.replace(new RegExp(`(\\n\\w+ ${name}\\([^;{]*\\{)`), `$1${code.replaceAll('$', '$$$$')}`);
    if (!host.includes(code)) throw new Error(`Expected ${name} in host.c`);
  }
  return compile({ ...files, 'port/wasi/host.c': host }, SHARED);
}

export function withHostility(firmware: Uint8Array, what: keyof typeof HOSTILE): Uint8Array {
  const bytes = Buffer.from(firmware);
  const at = bytes.indexOf(MARKER);
  if (at < 0) throw new Error(`Expected ${MARKER} in the module`);
  bytes.write(HOSTILE[what], at + MARKER.length);
  return bytes;
}

/** Writes a bundle again with another module as its firmware. @param result instead of the files of its result. */
export async function bundleWith(
  bundle: string,
  wasm: Uint8Array,
  to: string,
  result?: ReadonlyMap<string, Uint8Array>,
): Promise<string> {
  const files = await unpackArchive(readFileSync(bundle), bundle);
  const sha256 = sha256Of(wasm);
  const marker = JSON.parse(Buffer.from(files.get('bundle.json')!).toString());
  marker.firmware.sha256 = sha256;
  files.set('wasm/g2t.wasm', wasm);
  if (result !== undefined) {
    for (const name of files.keys()) if (name.startsWith('result/')) files.delete(name);
    for (const [name, content] of result) files.set(`result/${name}`, content);
  }
  files.delete('bundle.json');
  marker.files = Object.fromEntries([...files].map(([name, content]) => [name, sha256Of(content)]));
  files.set('bundle.json', new TextEncoder().encode(JSON.stringify(marker)));
  writeFileSync(to, await packArchive(files));
  return to;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

// Cycles of a trace of Thumb instructions by ARM's published timings, and what the flash of the board makes wait.
//
// Cortex-M0+: DDI 0484, table 3-1. Cortex-M3: DDI 0337, table 3-1. Cortex-M4: DDI 0439, tables 3-1 and 7-1. P, the refill of the
// pipeline after a branch, is 1 to 3 there "depending on the alignment and width of the target instruction, and whether the
// processor manages to speculate the address early": 1 for a direct branch, 2 for one to an address in a register or from the
// stack, 1 more to a 32-bit instruction off a word boundary. UMULL of the M3 takes 3 to 5 (4 here), UMLAL 4 to 7 (5.5), a division
// 2 to 12 (7).

const BRANCH = /^(b|bl|blx|bx|cbz|cbnz|tbb|tbh)(eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?(\.n|\.w)?$/;
const MULTIPLE = /^(v?ldm|v?stm|v?push|v?pop)/;

/** @param text mnemonic and operands as objdump writes them. */
export function decode(text) {
  const [mnemonic, ...rest] = text.split(/\s+/);
  const operands = rest.join(' ').split(/[;@]/)[0].trim();
  const name = mnemonic.replace(/\.(n|w)$/, '');
  const list = /\{([^}]*)\}/.exec(operands)?.[1];
  const kind = kindOf(name, operands);
  return {
    kind,
    registers: list === undefined ? 1 : countRegisters(list),
    literal: /\[pc/.test(operands),
    indirect: /^(bx|blx|tbb|tbh|pop|ldm|ldr)/.test(name) || /^(mov|add)/.test(name),
    immediate: !/\[[^\]]*, *r\d/.test(operands),
  };
}

function kindOf(name, operands) {
  if (BRANCH.test(name)) return name.startsWith('bl') && !/^bl[etso]/.test(name) ? 'call' : 'branch';
  if (MULTIPLE.test(name)) return /^v?(ldm|pop)/.test(name) ? 'loads' : 'stores';
  if (/^v?ldr/.test(name)) return 'load';
  if (/^v?str/.test(name)) return 'store';
  if (/^(u|s)mull/.test(name)) return 'long-multiply';
  if (/^(u|s)mlal/.test(name)) return 'long-accumulate';
  if (/^ml[as]/.test(name)) return 'accumulate';
  if (/^[us]div/.test(name)) return 'divide';
  if (/^vf?(n?m[as]|ml[as]|nml[as])/.test(name) || /^vfm|^vfn/.test(name)) return 'float-accumulate';
  if (/^v(div|sqrt)/.test(name)) return 'float-divide';
  if (/^it[te]*$/.test(name)) return 'it';
  if (/^(dsb|dmb|isb|mrs|msr)/.test(name)) return 'system';
  return /^(mov|add)\S*$/.test(name) && /^pc\b/.test(operands) ? 'branch' : 'plain';
}

function countRegisters(list) {
  let count = 0;
  for (const part of list.split(',')) {
    const [from, to] = part.split('-').map((name) => Number(/\d+/.exec(name)?.[0] ?? 0));
    count += to === undefined ? 1 : to - from + 1;
  }
  return count;
}

const V7 = { divide: 7, 'float-accumulate': 3, 'float-divide': 14, system: 2 };
const FIXED = {
  m0plus: { system: 3 },
  m3: { ...V7, accumulate: 2, 'long-multiply': 4, 'long-accumulate': 5.5 },
  m4: V7,
};

/**
 * Cycles of one instruction without waits.
 * @param core m0plus, m3 or m4. @param step the instruction, decoded; `taken`: the next one is elsewhere; `target` the next one's
 * { address, size }; `before` the one before it.
 */
export function cyclesOf(core, step) {
  const { decoded, taken, before } = step;
  const { kind, registers, immediate } = decoded;
  const loads = 'load' === kind || 'loads' === kind;
  if (core === 'm0plus') {
    if (kind === 'call') return decoded.indirect ? 2 : 3;
    if (kind === 'branch') return taken ? 2 : 1;
    if (kind === 'load' || kind === 'store') return 2;
    if (kind === 'loads' || kind === 'stores') return 1 + registers + (taken ? 2 : 0);
    return FIXED.m0plus[kind] ?? 1;
  }
  if (kind === 'call' || kind === 'branch') return 1 + (taken ? refill(step) : 0);
  if (kind === 'it') return before?.size === 2 ? 0 : 1;
  if (kind === 'load') return (before?.decoded.kind === 'load' ? 1 : 2) + (taken ? refill(step) : 0);
  if (kind === 'store') return immediate || before?.decoded.kind === 'load' ? 1 : 2;
  if (loads || kind === 'stores') return 1 + registers + (taken ? refill(step) : 0);
  return FIXED[core][kind] ?? 1;
}

function refill({ decoded, target }) {
  const across = target !== undefined && target.size === 4 && target.address % 4 !== 0;
  return (decoded.indirect ? 2 : 1) + (across ? 1 : 0);
}

/** Waits of each board's flash: a new one for each trace; `wait(now, step)` gives the cycles that the step waits. */
export const FLASH = {
  /** nRF52840: 64 MHz; the instruction cache answers without a wait (product specification, NVMC), and what runs here is small. */
  cached: () => ({ wait: () => 0 }),
  /**
   * SAM D21 at 48 MHz: one wait state, and a direct-mapped cache of 8 lines of 64 bits in the NVM controller (data sheet,
   * NVMCTRL), which data read from flash goes through too.
   */
  samd21: () => {
    const lines = new Array(8).fill(-1);
    const miss = (address) => {
      const line = Math.floor(address / 8);
      if (lines[line % 8] === line) return 0;
      lines[line % 8] = line;
      return 1;
    };
    return {
      wait: (_now, { address, size, decoded, literal }) =>
        miss(address) + (size === 4 ? miss(address + 2) : 0) + (decoded.literal ? miss(literal) : 0),
    };
  },
  /**
   * STM32F103 at 72 MHz: two wait states, reads of 64 bits, a prefetch buffer of two of them that reads ahead in sequence (ST
   * PM0075). A block read because of a branch, or a constant, waits for a read under way.
   */
  stm32f103: () => {
    const READ = 3;
    let blocks = [];
    let free = 0;
    const read = (now, block) => {
      free = Math.max(now, free) + READ;
      blocks = [...blocks.slice(-1), { block, ready: free }];
      return free;
    };
    const take = (now, block) => {
      const held = blocks.find((entry) => entry.block === block);
      const ready = held?.ready ?? read(now, block);
      if (!blocks.some((entry) => entry.block === block + 1)) {
        blocks = blocks.filter((entry) => entry.block === block);
        read(now, block + 1);
      }
      return Math.max(0, ready - now - 1);
    };
    return {
      wait: (now, { address, size, decoded }) => {
        let waited = take(now, address >> 3);
        if ((address + size - 1) >> 3 !== address >> 3) waited += take(now + waited, (address + size - 1) >> 3);
        if (!decoded.literal) return waited;
        const from = Math.max(now + waited, free);
        free = from + READ;
        return waited + (from - now - waited) + READ - 1;
      },
    };
  },
};

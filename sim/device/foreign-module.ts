import { InputError } from '../kernel/errors.ts';
import { REQUIRED_EXPORTS } from './host-exports.ts';
import { plainText } from './plain-text.ts';
import { isOffered, MEMORY_IMPORT, OFFERED } from './wasi.ts';
import { type Limits, readLimits, WasmFormatError, WasmReader } from './wasm-reader.ts';

/**
 * The most that foreign firmware may declare. The firmware built here has 77 kB, 162 functions, a table of 52 and a memory that begins
 * with 2 pages. The limits keep the time and memory that compiling takes to some seconds and megabytes: it cannot be interrupted.
 */
export const MODULE_LIMITS = {
  bytes: 8 << 20,
  functions: 20_000,
  /** Local variables of all functions together. */
  locals: 1_000_000,
  tableElements: 65_536,
  /** Pages of 64 KiB: 1 GiB. */
  memoryPages: 16_384,
} as const;

/** What is known of a module that passed the check. */
export interface ForeignModule {
  /** Pages that its memory begins with. */
  readonly initialPages: number;
  /** Text of the custom section of a name; empty where there is none. */
  section(name: string): string;
}

const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  export: 7,
  code: 10,
  last: 12,
} as const;
const KIND = ['function', 'table', 'memory', 'global', 'tag'] as const;
const FUNCTION_TYPE = 0x60;
/** i32, i64, f32, f64, v128, funcref, externref: a value that is none of these may be an object of the engine's heap. */
const VALUE_TYPES: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f]);

/**
 * Checks firmware that is not the one built here before anything of it is compiled or run. It must import its memory (the simulator
 * then sets its maximum) and nothing but that, the clock and the random numbers of the simulation; it must have every export that the
 * simulator calls, tables of bounded size, and no feature that takes memory elsewhere (objects on the engine's heap, tags).
 * The code itself is validated by the engine when it is compiled.
 * @param what names the module in the error.
 * @throws InputError that names what was refused.
 */
export function checkForeignModule(bytes: Uint8Array, what: string): ForeignModule {
  const refuse = (why: string) => new InputError(`${what}: the firmware is refused: ${why}`);
  if (bytes.length > MODULE_LIMITS.bytes)
    throw refuse(`expected at most ${MODULE_LIMITS.bytes} bytes, got ${bytes.length}`);
  const inspection = new Inspection();
  try {
    inspection.read(bytes);
  } catch (cause) {
    if (cause instanceof WasmFormatError)
      throw refuse(`expected a WebAssembly module, got other bytes (${cause.message})`);
    throw cause;
  }
  const [fault] = inspection.faults;
  if (fault !== undefined) throw refuse(fault);
  const { sections } = inspection;
  return { initialPages: inspection.initialPages, section: (name) => sections.get(name) ?? '' };
}

/** Collects what is wrong with a module, in the order of its sections. */
class Inspection {
  readonly faults: string[] = [];
  readonly sections = new Map<string, string>();
  initialPages = 0;
  #memories = 0;
  #locals = 0;
  /** Kind and name of every export. */
  readonly #exported = new Set<string>();

  read(bytes: Uint8Array): void {
    const reader = new WasmReader(bytes);
    const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    if (bytes.length < magic.length || magic.some((byte, at) => bytes[at] !== byte))
      throw new WasmFormatError('it does not begin with the magic number and version 1');
    reader.skip(magic.length);
    while (!reader.done) {
      const id = reader.byte();
      this.#section(id, reader.part(reader.number()));
    }
    if (this.#memories === 0) this.faults.push(`expected it to import its memory (${MEMORY_IMPORT}), got none`);
    const missing = REQUIRED_EXPORTS.filter((name) => !this.#exported.has(`function ${name}`));
    if (missing.length > 0)
      this.faults.push(`expected it to export the function ${missing[0]}, got ${others(missing)}`);
    if (!this.#exported.has('memory memory')) this.faults.push('expected it to export its memory as memory, got none');
  }

  #section(id: number, body: WasmReader): void {
    const { faults } = this;
    switch (id) {
      case SECTION.custom:
        this.sections.set(body.name(), body.rest());
        break;
      case SECTION.type:
        this.#each(body, () => this.#type(body));
        break;
      case SECTION.import:
        this.#each(body, () => this.#import(body));
        break;
      case SECTION.function:
        this.#atMost('functions', body.number(), MODULE_LIMITS.functions);
        break;
      case SECTION.table:
        this.#each(body, () => this.#table(body));
        break;
      case SECTION.memory:
        if (body.number() > 0)
          faults.push(
            `expected it to import its memory (${MEMORY_IMPORT}), so that its size can be limited, got a memory of its own`,
          );
        break;
      case SECTION.export:
        this.#each(body, () => this.#export(body));
        break;
      case SECTION.code:
        this.#each(body, () => this.#code(body.part(body.number())));
        this.#atMost('local variables', this.#locals, MODULE_LIMITS.locals);
        break;
      default:
        if (id > SECTION.last) faults.push(`expected the sections of WebAssembly 2, got section ${id}`);
    }
  }

  /** Reads a vector. One fault of a section is enough: what follows may be of a form that is not known. */
  #each(body: WasmReader, entry: () => void): void {
    const before = this.faults.length;
    for (let left = body.number(); left > 0 && this.faults.length === before; left--) entry();
  }

  #type(body: WasmReader): void {
    if (body.byte() !== FUNCTION_TYPE) {
      this.#refuseType();
      return;
    }
    for (let part = 0; part < 2; part++) {
      this.#each(body, () => {
        if (!VALUE_TYPES.has(body.byte())) this.#refuseType();
      });
    }
  }

  #refuseType(): void {
    this.faults.push('expected functions of numbers, vectors and references alone, got a type of another kind');
  }

  #import(body: WasmReader): void {
    const [module, name] = [body.name(), body.name()];
    const kind = KIND[body.byte()];
    if (kind === undefined) throw new WasmFormatError(`an import of no known kind at byte ${body.at - 1}`);
    if (!isOffered(module, name, kind)) {
      this.faults.push(`expected no imports but ${OFFERED}, got the ${kind} ${plainText(`${module}.${name}`)}`);
      return;
    }
    if (kind === 'memory') this.#memory(readLimits(body));
    else body.number();
  }

  #memory({ minimum, maximum, shared, wide }: Limits): void {
    this.#memories++;
    this.initialPages = minimum;
    if (this.#memories > 1) this.faults.push('expected one memory, got more');
    if (wide) this.faults.push('expected a memory with addresses of 32 bits, got one of 64');
    if (!shared) this.faults.push('expected a shared memory, got one that is not');
    if (maximum === undefined) this.faults.push('expected a memory with a maximum, got one without');
    this.#atMost('pages of memory at its start', minimum, MODULE_LIMITS.memoryPages);
  }

  #table(body: WasmReader): void {
    if (!VALUE_TYPES.has(body.byte())) {
      this.faults.push('expected tables of functions without an initial value, got another');
      return;
    }
    const { minimum, maximum } = readLimits(body);
    if (maximum === undefined) this.faults.push('expected tables with a maximum, got one without');
    else this.#atMost('elements of a table', Math.max(minimum, maximum), MODULE_LIMITS.tableElements);
  }

  #export(body: WasmReader): void {
    const name = body.name();
    this.#exported.add(`${KIND[body.byte()]} ${name}`);
    body.number();
  }

  #code(body: WasmReader): void {
    for (let left = body.number(); left > 0; left--) {
      this.#locals += body.number();
      body.byte();
    }
  }

  #atMost(what: string, count: number, most: number): void {
    if (count > most) this.faults.push(`expected at most ${most} ${what}, got ${count}`);
  }
}

function others(missing: readonly string[]): string {
  return missing.length === 1 ? 'none' : `neither it nor ${missing.length - 1} others`;
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf } from '../files/fault.ts';
import { InputError } from '../kernel/errors.ts';
import type { Asset } from './assets.ts';
import { readCommand } from './commands.ts';
import { Connections } from './connections.ts';
import { foreignness, hasToken, SAFE_HEADERS } from './guard.ts';
import type { Hub } from './hub.ts';
import { PageStream } from './page-stream.ts';
import type { PastReader } from './past-reader.ts';

const ADDRESS = '127.0.0.1';
const MOST_BODY_BYTES = 4096;
const MOST_HEADER_BYTES = 8192;
const MOST_CONNECTIONS = 64;
/** For a request to arrive whole, ms, and how often that is looked at: one that does not is closed within 5 s. */
const REQUEST_TIMEOUT = 4_000;
const CHECK_EVERY = 1_000;
/** For a client to read more of its answer, ms. */
const READ_TIMEOUT = 10_000;

/** Answers to requests that are none, by Node's code; 400 to others. */
const STATUS_OF: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The live page's server: on this machine alone, for pages of its own. */
export class LiveServer {
  readonly #server: Server;
  readonly #hub: Hub;
  readonly #assets: ReadonlyMap<string, Asset>;
  readonly #past: PastReader;
  readonly #token: string;
  readonly #connections = new Connections(MOST_CONNECTIONS);
  #port = 0;

  private constructor(given: ServerParts) {
    this.#hub = given.hub;
    this.#assets = given.assets;
    this.#past = given.past;
    this.#token = given.token;
    this.#server = createServer(
      {
        maxHeaderSize: MOST_HEADER_BYTES,
        headersTimeout: REQUEST_TIMEOUT,
        requestTimeout: REQUEST_TIMEOUT,
        connectionsCheckingInterval: CHECK_EVERY,
      },
      (request, response) => {
        this.#connections.use(request.socket, 'answering');
        response.on('finish', () => this.#connections.use(request.socket, 'waiting'));
        this.#answer(request, response).catch(() => refuse(response, 500, 'this went wrong'));
      },
    );
    this.#server.setTimeout(READ_TIMEOUT);
    this.#server.on('connection', (socket) => this.#connections.add(socket));
    this.#server.on('clientError', (error, socket) => {
      const status = STATUS_OF[codeOf(error)] ?? '400 Bad Request';
      // Closed on both sides at once: whoever sends such a request may never close its own.
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
      else socket.destroy();
    });
  }

  /** @param port 0 for any that is free. @throws InputError when it is taken. */
  static async open(parts: ServerParts, port: number): Promise<LiveServer> {
    const server = new LiveServer(parts);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', (cause) => {
        const why = { EADDRINUSE: 'another program has it', EACCES: 'this user may not have it' }[codeOf(cause) ?? ''];
        reject(new InputError(`--port ${port}: expected a free port, ${why ?? String(cause)}`, { cause }));
      });
      server.#server.listen(port, ADDRESS, resolve);
    });
    server.#port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  get port(): number {
    return this.#port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
    const foreign = foreignness(request.headers, this.#port);
    if (foreign !== undefined) return refuse(response, 403, foreign);
    const path = request.url?.split(/[?#]/, 1)[0] ?? '';
    if (request.method === 'POST' && path === '/command') return this.#command(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(response, 405, 'expected GET');
    }
    if (path === '/events' && request.method === 'GET') return this.#stream(request, response);
    if (path === '/results') return this.#results(response, undefined);
    const past = /^\/results\/([0-9a-f]{16})$/.exec(path)?.[1];
    if (past !== undefined) return this.#results(response, past);
    const asset = this.#assets.get(path);
    if (asset === undefined) return refuse(response, 404, 'nothing here');
    response.writeHead(200, { 'content-type': asset.type, 'content-length': asset.bytes.length });
    response.end(asset.bytes);
  }

  /** The list of past runs, or what one of them can be drawn from. */
  async #results(response: ServerResponse, id: string | undefined): Promise<void> {
    const answer = id === undefined ? await this.#past.list() : await this.#past.series(id);
    if (answer.kind === 'nothing') return refuse(response, 404, 'no such result');
    if (answer.kind === 'failed') return refuse(response, 503, answer.why);
    send(response, answer.json);
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (this.#hub.full) {
      // The page asks again after two seconds.
      this.#hub.probe();
      refuse(response, 503, 'too many pages are open');
      return;
    }
    this.#connections.use(request.socket, 'streaming');
    // A stream says nothing while the simulation stands still; one that is not read is closed by the hub.
    request.socket.setTimeout(0);
    const page = new PageStream(response);
    this.#hub.add(page);
    request.on('close', () => this.#hub.remove(page));
    response.on('close', () => this.#hub.remove(page));
    response.on('error', () => this.#hub.remove(page));
  }

  async #command(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!hasToken(request.headers, this.#token))
      return refuse(response, 403, 'expected the token: open the address that g2t live printed');
    const body = await bodyOf(request);
    if (body === undefined) return refuse(response, 413, `expected at most ${MOST_BODY_BYTES} bytes`);
    const command = readCommand(body);
    if (command === undefined) return refuse(response, 400, 'expected a command');
    // The simulation may take its time; the client is no slower for that.
    request.socket.setTimeout(0);
    const answer = await this.#hub.command(command);
    request.socket.setTimeout(READ_TIMEOUT);
    json(response, answer, answer.error === undefined ? 200 : 409);
  }
}

export interface ServerParts {
  readonly hub: Hub;
  readonly past: PastReader;
  /** By path. */
  readonly assets: ReadonlyMap<string, Asset>;
  readonly token: string;
}

/** The body as text; undefined where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > MOST_BODY_BYTES) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  send(response, Buffer.from(JSON.stringify(value)), status);
}

function send(response: ServerResponse, bytes: Uint8Array, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

/** Says no, and hangs up: whoever is refused has nothing more to say. */
function refuse(response: ServerResponse, status: number, error: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.setHeader('connection', 'close');
  json(response, { error }, status);
}

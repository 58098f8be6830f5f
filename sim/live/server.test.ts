import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL, setupFor } from './fixture.ts';
import { MOST_PAGES } from './hub.ts';
import { type Live, openLive } from './live.ts';
import { PastRuns } from './past-runs.ts';

let folder: string;
let live: Live;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-live-'));
  live = await openLive(setupFor(SMALL, join(folder, 'results')), 0);
  token = live.url.slice(live.url.indexOf('token=') + 6);
});
afterAll(async () => {
  await live.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request with exactly these headers: fetch would not let some of them through. */
function ask(
  path: string,
  given: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body = '' } = given;
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: live.port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const command = (body: unknown, headers: Record<string, string> = { 'x-g2t-token': token }) =>
  ask('/command', { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

/** Bytes on a bare socket; what came back until it was closed, or for a moment. */
function raw(bytes: string | Uint8Array, wait = 40): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(live.port, '127.0.0.1');
    let text = '';
    const done = () => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (part) => {
      text += part.toString('latin1');
    });
    socket.on('error', done);
    socket.on('close', done);
    socket.write(bytes, () => setTimeout(done, wait));
  });
}

describe('the live page’s server', () => {
  it('listens on 127.0.0.1 alone', async () => {
    const others = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
    for (const host of [...others.filter((address) => address !== '127.0.0.1'), '127.0.0.2']) {
      const reached = await new Promise<boolean>((resolve) => {
        const socket = connect(live.port, host, () => resolve(true));
        socket.on('error', () => resolve(false));
        socket.on('connect', () => socket.destroy());
      });
      expect(reached, host).toBe(false);
    }
  });

  it('serves its page under a strict policy, with nothing inline', async () => {
    for (const path of ['/', '/page.js', '/page.css', '/results', '/nowhere']) {
      const { headers } = await ask(path);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    const { body } = await ask('/');
    expect(body).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=/);
    for (const [, address] of body.matchAll(/(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^(\/|#|data:)/);
  });

  it('refuses a foreign Host, a foreign Origin, another site’s page', async () => {
    const own = `127.0.0.1:${live.port}`;
    const status = async (headers: Record<string, string>) => (await ask('/results', { headers })).status;
    expect(await status({ host: own })).toBe(200);
    expect(await status({ host: `localhost:${live.port}` })).toBe(200);
    for (const host of ['evil.example', `evil.example:${live.port}`, '127.0.0.1', `127.0.0.1:${live.port + 1}`])
      expect(await status({ host }), host).toBe(403);
    expect(await status({ host: own, origin: `http://${own}` })).toBe(200);
    for (const origin of ['http://evil.example', 'null', `https://${own}`, 'http://127.0.0.1'])
      expect(await status({ host: own, origin }), origin).toBe(403);
    expect(await status({ host: own, 'sec-fetch-site': 'cross-site' })).toBe(403);
    const posted = { 'x-g2t-token': token, origin: 'http://evil.example' };
    expect((await command({ do: 'play' }, posted)).status).toBe(403);
  });

  it('changes nothing without the token', async () => {
    for (const given of ['', 'x', `${token}x`, token.slice(1), token.toUpperCase()]) {
      const { status } = await command({ do: 'step', by: 'event' }, given === '' ? {} : { 'x-g2t-token': given });
      expect(status, given).toBe(403);
    }
    expect((await ask(`/command?token=${token}`, { method: 'POST', body: '{"do":"play"}' })).status).toBe(403);
    expect((await ask('/command', { headers: { 'x-g2t-token': token } })).status).toBe(404);
    expect(await command({ do: 'save' })).toMatchObject({
      status: 409,
      body: '{"error":"nothing has happened yet: there is nothing to save"}',
    });
    expect((await command({ do: 'step', by: 'event' })).status).toBe(200);
  });

  it('takes commands and nothing else', async () => {
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '{"do":"explode"}',
      '{"do":"play","x":1}',
      '{"do":"step","by":"mile"}',
      '{"do":"speed","speed":-1}',
      '{"do":"set","knobs":{"delayMs":"1"}}',
      '{"do":"set","knobs":{"loss":91}}',
      '{"do":"restart","dataCase":5}',
      '{"do":"watch","device":1.5}',
      '{"__proto__":{"do":"play"}}',
    ])
      expect((await command(body)).status, body).toBe(400);
    expect((await command({ do: 'watch', device: 99 })).status).toBe(409);
    expect((await command({ do: 'restart', method: 'magic' })).status).toBe(409);
    expect((await command(`{"do":"play"${' '.repeat(5000)}}`)).status).toBe(413);
    expect((await ask('/', { headers: { x: 'y'.repeat(20_000) } })).status).toBe(431);
    expect((await ask('/results', { method: 'DELETE' })).status).toBe(405);
  });

  it('lists runs that were cut, which have no makespan', async () => {
    const results = join(folder, 'cut');
    mkdirSync(join(results, 'one'), { recursive: true });
    const manifest = { digest: 'd', name: 'one', seed: 1, stopped: 'horizon', scenario: { method: { name: 'g2t' } } };
    writeFileSync(join(results, 'one/manifest.json'), JSON.stringify(manifest));
    writeFileSync(join(results, 'one/summary.json'), JSON.stringify({ makespan_s: null, devices: 1 }));
    expect(await new PastRuns(results).list()).toMatchObject([{ folder: 'one', stopped: 'horizon', makespan: null }]);
  });

  it('reads nothing outside the results folder', async () => {
    const results = join(folder, 'results');
    const outside = join(folder, 'outside');
    const good = (path: string, name: string) => {
      mkdirSync(path, { recursive: true });
      const manifest = { digest: name, name, seed: 1, stopped: 'trained', scenario: { method: { name: 'g2t' } } };
      writeFileSync(join(path, 'manifest.json'), JSON.stringify(manifest));
      writeFileSync(join(path, 'summary.json'), JSON.stringify({ makespan_s: 1, devices: 1 }));
    };
    good(outside, 'secret');
    good(join(results, 'inside-1'), 'inside');
    symlinkSync(outside, join(results, 'linked'));
    mkdirSync(join(results, 'half'));
    symlinkSync(join(outside, 'manifest.json'), join(results, 'half/manifest.json'));
    symlinkSync(join(outside, 'summary.json'), join(results, 'half/summary.json'));
    symlinkSync('/etc/passwd', join(results, 'inside-1/metrics.arrow'));
    const listed = JSON.parse((await ask('/results')).body) as { id: string; name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(['inside']);
    expect((await ask(`/results/${listed[0]!.id}`)).status).toBe(404);
    for (const path of [
      '/../../etc/passwd',
      '/results/../outside',
      '/results/..%2f..%2foutside',
      '/results/%2e%2e/outside/manifest.json',
      '/results/outside',
      `/results/${'0'.repeat(16)}`,
      `/results/${listed[0]!.id}/../linked`,
      '/page.js/../../cli/main.js',
      '/..%5c..%5cpackage.json',
      '//etc/passwd',
      '/index.html',
    ]) {
      const { status, body } = await ask(path);
      expect([path, status]).toEqual([path, 404]);
      expect(body).toBe('{"error":"nothing here"}'.length === body.length ? body : '{"error":"no such result"}');
    }
    const { body } = await ask('http://evil.example/etc/passwd');
    expect(body).toContain('nothing here');
  });

  it('survives a thousand malformed requests', async () => {
    let seed = 12345;
    const next = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed % below;
    };
    const whole = `POST /command HTTP/1.1\r\nHost: 127.0.0.1:${live.port}\r\nx-g2t-token: ${token}\r\nContent-Length: 13\r\n\r\n{"do":"save"}`;
    const made = [
      () => Uint8Array.from({ length: 1 + next(400) }, () => next(256)),
      () => whole.slice(0, next(whole.length)),
      () => whole.replace('HTTP/1.1', `HTTP/${next(9)}.${next(9)}`),
      () => whole.replace('13', String(next(9) === 0 ? -5 : next(1e9))),
      () => whole.replace('Content-Length: 13', 'Transfer-Encoding: chunked'),
      () => `${'A'.repeat(next(12_000))} / HTTP/1.1\r\n\r\n`,
      () => `GET /${'%'.repeat(next(50))}\u0000 HTTP/1.1\r\nHost: x\r\n\r\n`,
      () => `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(next(3000))}\r\n`,
      () => `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${live.port}\r\nHost: twice\r\n\r\n`,
      () => {
        const bytes = new TextEncoder().encode(whole);
        for (let n = 0; n < 4; n++) bytes[next(bytes.length)] = next(256);
        return bytes;
      },
    ];
    for (let round = 0; round < 50; round++)
      await Promise.all(Array.from({ length: 20 }, (_, n) => raw(made[(round + n) % made.length]!(), 15)));
    expect((await ask('/')).status).toBe(200);
    expect((await command({ do: 'step', by: 'event' })).status).toBe(200);
  });

  it('has no more pages at a time than it can serve, and lets others in when some go', async () => {
    const hello = `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${live.port}\r\n\r\n`;
    const pages = Array.from({ length: MOST_PAGES }, () => connect(live.port, '127.0.0.1'));
    await Promise.all(pages.map((page) => new Promise((resolve) => page.once('data', resolve).write(hello))));
    expect(await raw(hello)).toMatch(/^HTTP\/1\.1 503 /);
    for (const page of pages) page.destroy();
    await expect.poll(() => raw(hello), { timeout: 20_000 }).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('answers while others never complete a request, and closes these within 5 s', async () => {
    const own = `Host: 127.0.0.1:${live.port}\r\n`;
    const starts = [
      '',
      'GET / HT',
      `GET / HTTP/1.1\r\n${own}`,
      `POST /command HTTP/1.1\r\n${own}x-g2t-token: ${token}\r\nContent-Length: 13\r\n\r\n{"do":`,
    ];
    const half = Array.from({ length: 200 }, (_, n) => {
      const socket = connect(live.port, '127.0.0.1', () => socket.write(starts[n % starts.length]!));
      const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
      socket.on('error', () => {}).resume();
      // One that keeps sending has no more time than others.
      const drip = setInterval(() => socket.writable && socket.write('x'), 500);
      return closed.then(() => clearInterval(drip));
    });
    for (let n = 0; n < 20; n++) expect((await ask(n % 2 === 0 ? '/' : '/page.js')).status).toBe(200);
    expect((await command({ do: 'step', by: 'event' })).status).toBe(200);
    await Promise.all(half);
  });

  it('lets a page in where another does not read', async () => {
    const hello = `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${live.port}\r\n\r\n`;
    const pages = Array.from({ length: MOST_PAGES }, () => connect(live.port, '127.0.0.1').on('error', () => {}));
    await Promise.all(pages.map((page) => new Promise((resolve) => page.once('data', resolve).write(hello))));
    for (const page of pages) page.pause();
    // The first attempt finds out that they do not; those who read keep their place.
    pages[3]!.resume();
    await expect.poll(() => raw(hello), { timeout: 20_000 }).toMatch(/^HTTP\/1\.1 200 /);
    expect([pages[3]!.readableEnded, pages[3]!.destroyed]).toEqual([false, false]);
    for (const page of pages) page.destroy();
  });

  it('says which port is taken, and what is wrong with a scenario', async () => {
    const setup = setupFor(SMALL, folder);
    await expect(openLive(setup, live.port)).rejects.toThrow(`--port ${live.port}: expected a free port`);
    const lacking = setupFor(
      SMALL.replace('name: clusters, classes: 4, features: 6, rows: 60, test: 20', 'name: mnist'),
      folder,
    );
    await expect(openLive({ ...lacking, dataDir: '/nowhere' }, 0)).rejects.toThrow(/mnist/);
  });
});

/* SPDX-License-Identifier: Apache-2.0
 *
 * Two revisions of the directory, imported in turn while the server is under load, and two
 * basemaps that take each other's place: no request fails, and every answer and every tile
 * is, byte for byte, that of the one or of the other.
 *
 * SWAP_SECONDS (default 6) says how long. With HAVEN naming a build with the thread
 * sanitizer, its report is a failure too.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { mustRun, start } from './haven.mjs';
import { tileAt } from './tile.mjs';

const SECONDS = Number(process.env.SWAP_SECONDS ?? 6);
const LEAST_SWAPS = 5;
const MOST_S = 120; /* until there were as many */
const SERVICES = 60;
const PATH = '/api/v1/nearest';
const QUESTION = JSON.stringify({
    lat: 12.5,
    lon: 104.5,
    need: 'health',
    country: 'KH',
    limit: 20,
    age: 30,
});

const { x, y } = tileAt({ lat: 12.5, lon: 104.5 }, 8);
const SERVICE_TILE = `/tiles/services/8/${x}/${y}.mvt`;
const BASEMAP_TILE = '/tiles/basemap/0/0/0.mvt';

/* The two revisions differ in every name, and in every other point. */
const rows = (which) =>
    Array.from({ length: SERVICES }, (_, i) => ({
        id: `s${i}`,
        organization: 'Provider',
        service: `Clinic ${i} of revision ${which}`,
        country: 'KH',
        lat: (12 + i / 50 + (which === 'B' && i % 2 ? 0.01 : 0)).toFixed(4),
        lon: '104.5',
        needs: 'health.clinic',
        kind: 'clinic',
        status: 'open',
        visibility: 'exact',
        age_min: 0,
    }));

/* Reads the expected bodies from files; counts what is neither. A check that sees nothing
 * proves nothing, so it tells how often it saw each. */
const SCRIPT = `
local function read(path)
    local f = assert(io.open(path, "rb"))
    local s = f:read("*a")
    f:close()
    return s
end
local threads = {}
function setup(thread)
    table.insert(threads, thread)
end
function init(args)
    a, b = read(args[1] .. "/A.json"), read(args[1] .. "/B.json")
    seen_a, seen_b, wrong, swaps, last, sample = 0, 0, 0, 0, "", ""
    wrk.method = "POST"
    wrk.body = read(args[1] .. "/question.json")
    wrk.headers["Content-Type"] = "application/json"
end
function response(status, headers, body)
    if status == 200 and body == a then
        seen_a = seen_a + 1
    elseif status == 200 and body == b then
        seen_b = seen_b + 1
    else
        wrong = wrong + 1
        sample = status .. " " .. body
    end
    if body ~= last then
        swaps = swaps + 1
        last = body
    end
end
function done(summary, latency, requests)
    local e, t = summary.errors, {0, 0, 0, 0}
    for _, thread in ipairs(threads) do
        t[1] = t[1] + thread:get("seen_a")
        t[2] = t[2] + thread:get("seen_b")
        t[3] = t[3] + thread:get("wrong")
        t[4] = t[4] + thread:get("swaps")
        if thread:get("wrong") > 0 then
            print("SAMPLE " .. thread:get("sample"))
        end
    end
    print(string.format("RESULT %d %d %d %d %d", t[1], t[2], t[3], t[4],
        e.connect + e.read + e.write + e.status + e.timeout))
end
`;

let haven;

/* Two basemaps, as A.mbtiles and B.mbtiles: the last zoom of one has more corners. */
function buildBasemaps(h) {
    for (const [which, zoom] of Object.entries({ A: 0, B: 1 })) {
        const out = join(h.dir, `${which}.mbtiles`);
        mustRun('tiles', 'build', '--db', h.db, '--max-zoom', String(zoom), '--out', out);
    }
}

/* Complete at once, as `haven tiles build` puts it there. */
function putBasemap(which) {
    const fresh = join(haven.dir, 'fresh');
    copyFileSync(join(haven.dir, `${which}.mbtiles`), fresh);
    renameSync(fresh, haven.db.replace(/\.db$/, '.mbtiles'));
}

before(async () => {
    haven = await start({ services: rows('A'), roles: [], prepare: buildBasemaps });
});
after(() => haven?.stop());

const revision = async () => (await haven.get('/api/v1/status')).body.revision;

async function until(wanted) {
    const end = Date.now() + 30_000;
    while ((await revision()) !== wanted) {
        assert.ok(Date.now() < end, 'the server did not notice an import');
        await new Promise((r) => setTimeout(r, 20));
    }
}

async function tile(path) {
    const { status, headers, text } = await haven.get(path);
    assert.equal(status, 200, `${path}: ${text}`);
    return { text, etag: headers.get('etag') };
}

/* The tiles of a revision and of a basemap, by path: [{ text, etag }]. */
const kept = { [SERVICE_TILE]: [], [BASEMAP_TILE]: [] };

async function keepTiles(which) {
    putBasemap(which);
    const end = Date.now() + 30_000;
    for (const [path, tiles] of Object.entries(kept)) {
        const isNew = (t) => tiles.every((old) => old.text !== t.text);
        let now = await haven.get(path);
        while (now.status !== 200 || !isNew(now)) {
            assert.ok(Date.now() < end, `${path}: no tile of ${which}`);
            await new Promise((r) => setTimeout(r, 20));
            now = await haven.get(path);
        }
        tiles.push(await tile(path));
    }
}

/* Asks for tiles until it is stopped; resolves with how often each was seen. */
async function askTiles(until_) {
    const seen = Object.fromEntries(Object.keys(kept).map((path) => [path, [0, 0]]));
    while (!until_.stopped) {
        for (const [path, tiles] of Object.entries(kept)) {
            const now = await tile(path);
            const which = tiles.findIndex((t) => t.text === now.text);
            assert.ok(which >= 0, `${path}: a tile of neither`);
            assert.equal(now.etag, tiles[which].etag, path);
            seen[path][which]++;
        }
    }
    return seen;
}

/* Imports one revision, waits until it is served, and keeps its answer. */
async function keep(which) {
    const old = await revision();
    haven.import(rows(which));
    const end = Date.now() + 30_000;
    let now = old;
    while (which === 'B' && now === old) {
        assert.ok(Date.now() < end, 'the server did not notice an import');
        now = await revision();
    }
    const answer = await haven.post(PATH, QUESTION);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.results.length, 20);
    writeFileSync(join(haven.dir, `${which}.json`), answer.text);
    await keepTiles(which);
    return now;
}

/* Runs wrk until it is interrupted; `output` resolves with what its script counted. */
function load() {
    const script = join(haven.dir, 'swap.lua');
    writeFileSync(script, SCRIPT);
    const args = [
        '-t2',
        '-c16',
        `-d${SECONDS + MOST_S}s`,
        '--timeout',
        '20s',
        '-s',
        script,
    ];
    const child = spawn('wrk', [...args, haven.origin + PATH, '--', haven.dir]);
    let output = '';
    child.stdout.on('data', (d) => {
        output += d;
    });
    child.stderr.on('data', (d) => {
        output += d;
    });
    const ended = new Promise((done, failed) => {
        child.on('error', failed);
        child.on('close', () => done(output));
    });
    return { stop: () => child.kill('SIGINT'), output: ended };
}

/* spawnSync would stop the pipe of the server's log, not the server. */
function importOnce(which) {
    const file = join(haven.dir, `${which}.csv`);
    const args = ['import', 'services', file, '--db', haven.db, '--source', 'test'];
    return new Promise((done, failed) => {
        let errors = '';
        const child = spawn(haven.child.spawnfile, args);
        child.stderr.on('data', (d) => {
            errors += d;
        });
        child.on('error', failed);
        child.on('close', (code) =>
            code === 0 ? done() : failed(new Error(`import: ${code} ${errors}`)),
        );
    });
}

const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

test(
    'every answer under load is that of one revision',
    { skip: !hasWrk && 'wrk is not installed', timeout: (SECONDS + MOST_S) * 1000 },
    async () => {
        writeFileSync(join(haven.dir, 'question.json'), QUESTION);
        const first = await keep('A');
        const second = await keep('B');
        assert.notEqual(first, second);
        haven.import(rows('A'), 'A', '--dry-run'); /* writes the file */
        haven.import(rows('B'), 'B', '--dry-run');
        const loaded = load();
        const tiles = { stopped: false };
        const askers = [askTiles(tiles), askTiles(tiles)];
        const end = Date.now() + SECONDS * 1000;
        let imports = 0;
        while (Date.now() < end || imports < 2 * LEAST_SWAPS) {
            const which = imports % 2 ? 'B' : 'A';
            putBasemap(which);
            await importOnce(which);
            await until(which === 'A' ? first : second);
            imports++;
        }
        loaded.stop();
        tiles.stopped = true;
        for (const seen of await Promise.all(askers)) {
            const least = Math.min(...Object.values(seen).flat());
            assert.ok(least > 0, `only one was seen: ${JSON.stringify(seen)}`);
        }
        const output = await loaded.output;
        const found = output.match(/RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/);
        assert.ok(found, output);
        const [a, b, wrong, changes, failed] = found.slice(1).map(Number);
        assert.equal(
            wrong,
            0,
            `${wrong} answers of neither revision\n${output.slice(0, 4000)}`,
        );
        assert.equal(failed, 0, output);
        assert.ok(a > 0 && b > 0, `only one revision was seen: ${a}, ${b}`);
        assert.ok(changes >= LEAST_SWAPS, `${changes} changes seen`);
        assert.equal(haven.child.exitCode, null);
        console.log(`${a} + ${b} answers over ${imports} imports`);
    },
);

test('the sanitizers have nothing to say', async () => {
    const child = haven.child;
    await haven.stop();
    assert.equal(child.exitCode, 0);
    assert.doesNotMatch(haven.output, /ThreadSanitizer|AddressSanitizer|runtime error/);
    haven = null;
});

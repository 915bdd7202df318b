/* SPDX-License-Identifier: Apache-2.0
 *
 * Somebody who wants to find a place that is hidden, and asks 2,000 questions to find it.
 *
 * Each way to ask gives spheres: "it is so many metres from here". Where an answer changes
 * along a line (a distance, a place in the order, membership in a radius or a box, what a
 * distance to stay away from leaves out) the line is halved until the change is found to a
 * centimetre. Tiles are looked through from coarse to fine. The spheres are intersected by
 * least squares (Gauss and Newton, a sphere that fits none of the others thrown out). All
 * that was answered is kept, to be compared.
 */
import { packages } from './haven.mjs';
import { client } from './crawl.mjs';
import { tileAt } from './tile.mjs';

const { Geodesic } = packages('geographiclib-geodesic');
const NEAREST = '/api/v1/nearest';
const JSON_BODY = { 'Content-Type': 'application/json' };
const LISTS = ['results', 'unconfirmed', 'remote', 'unplaced', 'helplines', 'excluded'];
const DEGREE_M = 111_000;
const TILE_ZOOMS = [0, 4, 8, 9, 10, 11, 12, 13, 14];
const CHOSEN = {
    distance: 0.15,
    filters: 0.05,
    radius: 0.15,
    box: 0.1,
    order: 0.15,
    rounding: 0.2,
    avoid: 0.1,
    relax: 0.1,
};

export function metres(a, b) {
    return Geodesic.WGS84.Inverse(a.lat, a.lon, b.lat, b.lon).s12;
}

/* Numbers in 0..1 from a seed (mulberry32). */
export function random(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

const between = (a, b, t) => ({
    lat: a.lat + (b.lat - a.lat) * t,
    lon: a.lon + (b.lon - a.lon) * t,
});

/* The tiles within `reach` degrees: [x, y]. */
function tilesAround({ lat, lon }, reach, z) {
    const low = tileAt({ lat: lat + reach, lon: lon - reach }, z);
    const high = tileAt({ lat: lat - reach, lon: lon + reach }, z);
    const columns = Array.from({ length: high.x - low.x + 1 }, (_, i) => low.x + i);
    const rows = Array.from({ length: high.y - low.y + 1 }, (_, i) => low.y + i);
    return columns.flatMap((x) => rows.map((y) => [x, y]));
}

/* ---- intersecting spheres -------------------------------------------------------------- */

const residuals = (p, spheres) => spheres.map((s) => metres(p, s.from) - s.m);
const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/* One step of Gauss and Newton: the change in metres north and east. */
function step(p, spheres) {
    const east = DEGREE_M * Math.cos((p.lat * Math.PI) / 180);
    let [a, b, c, u, v] = [0, 0, 0, 0, 0];
    for (const s of spheres) {
        const d = Math.max(metres(p, s.from), 0.01);
        const n = ((p.lat - s.from.lat) * DEGREE_M) / d;
        const e = ((p.lon - s.from.lon) * east) / d;
        const r = d - s.m;
        [a, b, c, u, v] = [a + n * n, b + n * e, c + e * e, u + n * r, v + e * r];
    }
    const det = a * c - b * b || 1e-9;
    return { lat: -(c * u - b * v) / det / DEGREE_M, lon: -(a * v - b * u) / det / east };
}

function descend(start, spheres) {
    let p = start;
    for (let i = 0; i < 60; i++) {
        const d = step(p, spheres);
        p = { lat: Math.max(-89, Math.min(89, p.lat + d.lat)), lon: p.lon + d.lon };
        if (Math.abs(d.lat) + Math.abs(d.lon) < 1e-10) {
            break;
        }
    }
    return p;
}

/* The point that fits best, or null where there is too little to fit. Each round throws out
 * what is more than eight times as far off as the middle one. */
export function bestFit(spheres, starts) {
    if (spheres.length < 3) {
        return null;
    }
    let best = null;
    for (const start of starts) {
        let [p, used] = [start, spheres];
        for (let round = 0; round < 4; round++) {
            p = descend(p, used);
            const off = residuals(p, spheres).map(Math.abs);
            const limit = Math.max(8 * middle(off), 0.05);
            used = spheres.filter((_, i) => off[i] <= limit);
        }
        const error = middle(residuals(p, spheres).map(Math.abs));
        if (best === null || error < best.error) {
            best = { ...p, error, used: used.length };
        }
    }
    return best;
}

/* ---- asking -------------------------------------------------------------------------------- */

/* `target` is an id (also one that the answers never name), `around` where to ask, `known`
 * exact places ({ id, lat, lon, name }), `needs` that the target may serve; `more` goes into
 * every question. */
export class Attacker {
    constructor(
        haven,
        { key, target, around, known, needs, seed, budget = 2000, reach = 0.6 },
    ) {
        Object.assign(this, { target, around, known, needs, budget, reach });
        this.roll = random(seed);
        this.client = client(haven, key);
        this.transcript = [];
        this.spheres = [];
        this.walls = { lat: [], lon: [] };
        this.drawn = null; /* where the finest tile has it */
    }

    spent() {
        return this.transcript.length;
    }

    async ask(question) {
        const answer = await this.client.ask(question);
        const what = `${question.method} ${question.path} ${question.body ?? ''}`;
        this.transcript.push([
            what,
            answer.status,
            JSON.stringify(answer.headers),
            answer.text,
            answer.digest,
        ]);
        return answer;
    }

    async nearest(body) {
        const text = JSON.stringify({ country: 'KH', limit: 100, ...body });
        const answer = await this.ask({
            method: 'POST',
            path: NEAREST,
            headers: JSON_BODY,
            body: text,
        });
        if (answer.status !== 200) {
            throw new Error(`nearest: ${answer.status} ${answer.text}`);
        }
        return JSON.parse(answer.text);
    }

    async get(path) {
        const answer = await this.ask({ method: 'GET', path });
        return answer.status === 200 ? JSON.parse(answer.text) : null;
    }

    /* The target in an answer, or undefined. */
    mention(body, lists = LISTS) {
        return lists.flatMap((l) => body[l] ?? []).find((s) => s.id === this.target);
    }

    somewhere(reach = this.reach) {
        return {
            lat: this.around.lat + (this.roll() * 2 - 1) * reach,
            lon: this.around.lon + (this.roll() * 2 - 1) * reach,
        };
    }

    pick(list) {
        return list[Math.floor(this.roll() * list.length)];
    }

    /* Where `holds` changes between `a` and `b` (numbers), or null where both ends agree. */
    async halve(a, b, precision, holds) {
        const first = await holds(a);
        if (first === (await holds(b))) {
            return null;
        }
        while (Math.abs(b - a) > precision) {
            const half = (a + b) / 2;
            if ((await holds(half)) === first) {
                a = half;
            } else {
                b = half;
            }
        }
        return (a + b) / 2;
    }

    sphere(from, m, how) {
        this.spheres.push({ from, m, how });
    }

    /* ---- ways to ask; each spends some questions ---- */

    /* Distances as they are told, unless they are said to be rounded. */
    async distance() {
        const from = this.somewhere();
        const found = this.mention(
            await this.nearest({ ...from, need: this.pick(this.needs) }),
        );
        if (found?.distance_m !== undefined && found.distance_from !== 'rounded') {
            this.sphere(from, found.distance_m, 'distance');
        }
    }

    async filters() {
        const from = this.somewhere();
        const filter = this.pick([
            { gender: 'male' },
            { gender: 'female', age: 15 },
            { age: 60 },
            { language: 'shn' },
            { open_at: '2026-11-22T10:00:00+07:00', open_only: true },
            { no_authorities: true },
            { form: 'labour.fishing' },
            { order: 'fit' },
            { order: 'travel' },
            { with_children: [{ age: 3 }] },
            { documents: 'none' },
            { cross_border: true },
            { limit: 1 + Math.floor(this.roll() * 20) },
        ]);
        const body = await this.nearest({
            ...from,
            need: this.pick(this.needs),
            ...filter,
        });
        const found = this.mention(body);
        if (found?.distance_m !== undefined && found.distance_from !== 'rounded') {
            this.sphere(from, found.distance_m, 'filters');
        }
    }

    /* The radius at which it comes into the answer. */
    async radius() {
        const from = this.somewhere();
        const need = this.pick(this.needs);
        const inside = async (km) => {
            const body = await this.nearest({ ...from, need, radius_km: km });
            return this.mention(body) !== undefined;
        };
        const km = await this.halve(0.001, 150, 1e-5, inside);
        if (km !== null) {
            this.sphere(from, km * 1000, 'radius');
        }
    }

    async box() {
        const { lat, lon } = this.around;
        const [side, sign] = [this.pick(['lat', 'lon']), this.pick([-1, 1])];
        const inside = async (d) => {
            const west = side === 'lon' && sign < 0 ? lon - d : lon - 2;
            const east = side === 'lon' && sign > 0 ? lon + d : lon + 2;
            const south = side === 'lat' && sign < 0 ? lat - d : lat - 2;
            const north = side === 'lat' && sign > 0 ? lat + d : lat + 2;
            const body = await this.get(
                `/api/v1/services?limit=1000&bbox=${[west, south, east, north].join(',')}`,
            );
            return body.services.some((s) => s.id === this.target);
        };
        const d = await this.halve(-1, 1.5, 1e-8, inside);
        if (d !== null) {
            this.walls[side].push(this.around[side] + sign * d);
        }
    }

    /* Where on a line the target and a known place change their order. */
    async order() {
        const [a, b] = [this.somewhere(), this.somewhere()];
        const other = this.pick(this.known);
        const before = async (t) => {
            const body = await this.nearest({ ...between(a, b, t), need: other.need });
            const list = ['results', 'unconfirmed']
                .map((l) => body[l].map((s) => s.id))
                .find((ids) => ids.includes(this.target) && ids.includes(other.id));
            return list ? list.indexOf(this.target) < list.indexOf(other.id) : null;
        };
        const t = await this.halve(0, 1, 1e-7, before);
        if (t !== null) {
            const at = between(a, b, t);
            this.sphere(at, metres(at, other), 'order');
        }
    }

    /* Where on a line the distance that is told jumps from one kilometre to the next. */
    async rounding() {
        const [a, b] = [this.somewhere(0.2), this.somewhere(0.2)];
        const need = this.pick(this.needs);
        const told = async (t) =>
            this.mention(await this.nearest({ ...between(a, b, t), need }))?.distance_m;
        const [first, last] = [await told(0), await told(1)];
        if (first === undefined || last === undefined || first === last) {
            return;
        }
        const edge = (Math.floor((first + last) / 2000) + 0.5) * 1000;
        const t = await this.halve(0, 1, 1e-7, async (x) => (await told(x)) > edge);
        if (t !== null) {
            this.sphere(between(a, b, t), edge, 'rounding');
        }
    }

    /* How far one has to stay away from the target for a known place to be left out. */
    async avoid() {
        const other = this.pick(this.known);
        const kept = async (km) => {
            const avoid = [{ service: this.target, km }];
            const body = await this.nearest({
                lat: other.lat,
                lon: other.lon,
                need: other.need,
                avoid,
            });
            return LISTS.slice(0, 5).some((l) => body[l].some((s) => s.id === other.id));
        };
        const km = await this.halve(0, 300, 1e-5, kept);
        if (km !== null) {
            this.sphere(other, km * 1000, 'avoid');
        }
    }

    /* What a wider radius would find: the nearest's distance, told of nobody by name. Where
     * it changes its kind, the target and another are as far away. */
    async relax() {
        const [a, b] = [this.somewhere(), this.somewhere()];
        const need = this.pick(this.needs);
        const told = async (t) => {
            const from = between(a, b, t);
            const body = await this.nearest({ ...from, need, radius_km: 0.001 });
            const wider = body.summary.relax.find((r) => r.nearest_m !== undefined);
            const known = this.known.filter((k) => k.need === need);
            const nearest = Math.min(...known.map((k) => metres(from, k)));
            return wider === undefined
                ? null
                : Math.abs(wider.nearest_m - nearest) < 0.02;
        };
        const t = await this.halve(0, 1, 1e-7, told);
        if (t !== null) {
            const at = between(a, b, t);
            const nearest = Math.min(
                ...this.known.filter((k) => k.need === need).map((k) => metres(at, k)),
            );
            this.sphere(at, nearest, 'relax');
        }
    }

    /* Where a tile has the target, or undefined. */
    async drawnIn(z, x, y) {
        const answer = await this.ask({
            method: 'GET',
            path: `/tiles/services/${z}/${x}/${y}.mvt`,
        });
        if (answer.status !== 200 || answer.text === '') {
            return undefined;
        }
        const told = JSON.parse(answer.text.slice(answer.text.lastIndexOf('\n') + 1));
        const [, places] =
            told.flatMap(([, features]) => features).find(([f]) => f.id === this.target) ?? [];
        const [lat, lon] = places?.[0].at(-1).split(' ').map(Number) ?? [];
        return lat === undefined ? undefined : { lat, lon };
    }

    /* Tiles around, ever finer ones; once one has the target, those that hold that point. */
    async tiles() {
        await this.get('/tiles/services.json');
        let [near, reach] = [this.around, this.reach];
        for (const z of TILE_ZOOMS) {
            for (const [x, y] of tilesAround(near, reach, z)) {
                const found = await this.drawnIn(z, x, y);
                if (found) {
                    [near, reach] = [found, 0];
                    this.drawn = found;
                }
            }
            reach = z < 10 ? reach : Math.min(reach, 0.1);
        }
    }

    /* What the lists and the record itself say. */
    async lists() {
        for (const path of [
            `/api/v1/services/${this.target}?place=published`,
            '/api/v1/services?limit=1000',
            ...this.needs.map((n) => `/api/v1/services?limit=5&need=${n}`),
            `/api/v1/places/at?lat=${this.around.lat}&lon=${this.around.lon}`,
        ]) {
            await this.get(path);
        }
    }

    /* Spends the whole budget, over all ways. */
    async run() {
        const names = Object.keys(CHOSEN);
        await this.lists();
        await this.tiles();
        for (const name of names) {
            const until = this.spent() + Math.floor(this.budget * CHOSEN[name]);
            const tries = 60 + this.budget;
            for (let i = 0; i < tries && this.spent() < until; i++) {
                await this[name]();
            }
        }
        while (this.spent() < this.budget) {
            await this.distance();
        }
        this.client.close();
        return this;
    }

    /* The place that it found, or null. */
    found() {
        const starts = [
            this.around,
            ...Array.from({ length: 4 }, () => this.somewhere()),
        ];
        return bestFit(this.spheres, starts);
    }
}

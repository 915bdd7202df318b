/* SPDX-License-Identifier: Apache-2.0
 *
 * Where somebody is, by the section of that name in server/search/README.md, read word by
 * word: every outline, every edge, no index. Shares nothing with the engine.
 *
 *   atlas = makeAtlas({ places, areas, countries: vocabularies.country, borders })
 *   where = atlas.locate(query)
 *       { point, holds, countries, rule, uncertain, doubtful }
 *
 * `places` are rows of gazetteers, source by source, `areas` features { source, id, level, country, code,
 * name, local, ring: [[lon, lat], ...] }. `doubtful`: so near to a line of the built-in
 * borders, or to one of the limits, that rounding decides.
 */
import { packages } from '../http/haven.mjs';
import { link } from './link.mjs';

const { Geodesic } = packages('geographiclib-geodesic');

const KINDS = ['country', 'province', 'district', 'commune', 'village'];
const POINT_LEVEL = 5; /* towns and crossings stand beside the levels */
const NEAR_BORDER_M = 10_000;
const OUTLINE_NEAR_M = 1000;
const NEAREST_PLACE_M = 50_000;
const DOUBT_M = 150;

export const levelOf = (kind) =>
    KINDS.includes(kind) ? KINDS.indexOf(kind) : POINT_LEVEL;

export function geodesic(a, b) {
    return Geodesic.WGS84.Inverse(a.lat, a.lon, b.lat, b.lon, Geodesic.DISTANCE).s12;
}

function foldOnce(text) {
    return text
        .normalize('NFKC')
        .toLowerCase()
        .replaceAll('đ', 'd')
        .normalize('NFD')
        .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
        .normalize('NFC')
        .replace(/[^\p{L}\p{N}\p{M}]/gu, '');
}

const folded = new Map();

/* Case, spaces, marks and punctuation do not count. */
export function fold(text) {
    if (!folded.has(text)) folded.set(text, foldOnce(text));
    return folded.get(text);
}

/* ---- outlines ------------------------------------------------------------------- */

/* -1 outside, 0 on the edge, 1 inside one ring of [lon, lat]. */
function sideOf(ring, { lon, lat }) {
    let inside = -1;
    for (let i = 0; i + 1 < ring.length; i++) {
        const [ax, ay] = ring[i];
        const [bx, by] = ring[i + 1];
        const cross = (bx - ax) * (lat - ay) - (by - ay) * (lon - ax);
        const within =
            Math.min(ax, bx) <= lon &&
            lon <= Math.max(ax, bx) &&
            Math.min(ay, by) <= lat &&
            lat <= Math.max(ay, by);
        if (cross === 0 && within) return 0;
        if (ay > lat !== by > lat && lon < ax + ((lat - ay) * (bx - ax)) / (by - ay)) {
            inside = -inside;
        }
    }
    return inside;
}

/* Whether a polygon [outer ring, hole, ...] holds a point, its edge included. */
export function holdsPoint(rings, point) {
    const [outer, ...holes] = rings.map((ring) => sideOf(ring, point));
    return outer >= 0 && holes.every((side) => side <= 0);
}

const A = 6378137;
const E2 = 0.00669437999014;

/* Earth-centred metres: the chord grows with the distance, so it finds what is nearest. */
function ecef({ lat, lon }) {
    const [f, l] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
    const n = A / Math.sqrt(1 - E2 * Math.sin(f) ** 2);
    return [
        n * Math.cos(f) * Math.cos(l),
        n * Math.cos(f) * Math.sin(l),
        n * (1 - E2) * Math.sin(f),
    ];
}

/* Straight metres between two points. */
export const chord = (a, b) => Math.sqrt(chord2(ecef(a), ecef(b)));

const STEP = 0.01; /* degrees between two points on an edge */

/* Points along every edge, each with the piece of edge that follows it. */
function densify(ring) {
    const points = [];
    for (let i = 0; i + 1 < ring.length; i++) {
        const [ax, ay] = ring[i];
        const [bx, by] = ring[i + 1];
        const pieces = Math.ceil(Math.max(Math.abs(bx - ax), Math.abs(by - ay)) / STEP);
        for (let k = 0; k < Math.max(pieces, 1); k++) {
            const t = k / Math.max(pieces, 1);
            points.push({ lon: ax + t * (bx - ax), lat: ay + t * (by - ay) });
        }
    }
    return points.map((p) => ({ ...p, xyz: ecef(p) }));
}

const chord2 = ([a, b, c], [x, y, z]) => (a - x) ** 2 + (b - y) ** 2 + (c - z) ** 2;

/* Metres to the nearest part of a piece of edge, by halving. */
function toPiece(a, b, point) {
    const at = (t) => ({
        lon: a.lon + t * (b.lon - a.lon),
        lat: a.lat + t * (b.lat - a.lat),
    });
    const from = ecef(point);
    const far = (t) => chord2(ecef(at(t)), from);
    let [low, high] = [0, 1];
    while (high - low > 0.0001) {
        const [p, q] = [low + (high - low) / 3, high - (high - low) / 3];
        if (far(p) < far(q)) high = q;
        else low = p;
    }
    return geodesic(at((low + high) / 2), point);
}

const REACH = 0.2; /* degrees, more than ten kilometres away from the poles */

class Outline {
    constructor(rings) {
        this.rings = rings;
        const flat = rings[0];
        [this.west, this.east] = [0, 0].map((_, i) =>
            Math[i ? 'max' : 'min'](...flat.map((p) => p[0])),
        );
        [this.south, this.north] = [0, 0].map((_, i) =>
            Math[i ? 'max' : 'min'](...flat.map((p) => p[1])),
        );
    }

    get dense() {
        this.made ??= this.rings.map(densify);
        return this.made;
    }

    holds(point) {
        return (
            point.lon >= this.west &&
            point.lon <= this.east &&
            point.lat >= this.south &&
            point.lat <= this.north &&
            holdsPoint(this.rings, point)
        );
    }

    /* To the edge, from either side. */
    toEdge(point) {
        const from = ecef(point);
        let found;
        for (const ring of this.dense) {
            ring.forEach((p, i) => {
                const d = chord2(p.xyz, from);
                if (!found || d < found.d) found = { d, ring, i };
            });
        }
        const { ring, i } = found;
        const n = ring.length;
        return Math.min(
            toPiece(ring[i], ring[(i + 1) % n], point),
            toPiece(ring[(i + n - 1) % n], ring[i], point),
        );
    }

    /* The same, as long as it is less than REACH. */
    toEdgeNear(point) {
        let least = Infinity;
        const isNear = (a, b, value) =>
            Math.min(a, b) <= value + REACH && Math.max(a, b) >= value - REACH;
        for (const ring of this.rings) {
            for (let i = 0; i + 1 < ring.length; i++) {
                const [[ax, ay], [bx, by]] = [ring[i], ring[i + 1]];
                if (!isNear(ax, bx, point.lon) || !isNear(ay, by, point.lat)) continue;
                const ends = [
                    { lon: ax, lat: ay },
                    { lon: bx, lat: by },
                ];
                least = Math.min(least, toPiece(...ends, point));
            }
        }
        return least;
    }

    least(point) {
        return this.holds(point) ? 0 : this.toEdge(point);
    }

    most(point) {
        const from = ecef(point);
        let [far, d] = [null, -1];
        for (const p of this.dense[0]) {
            const e = chord2(p.xyz, from);
            if (e > d) [far, d] = [p, e];
        }
        return geodesic(far, point);
    }
}

/* ---- built-in borders ----------------------------------------------------------- */

/* The countries of world-atlas: [{ code, outlines }]. `terms`: country.csv. */
export function loadBorders(terms) {
    const { feature } = packages('topojson-client');
    const topology = packages('world-atlas/countries-10m.json');
    const codes = new Map([...terms.values()].map((t) => [t.match, t.code]));
    return feature(topology, topology.objects.countries)
        .features.map(({ id, geometry }) => ({
            code: codes.get(id),
            outlines: (geometry.type === 'Polygon'
                ? [geometry.coordinates]
                : geometry.coordinates
            ).map((rings) => new Outline(rings)),
        }))
        .filter(({ code }) => code);
}

/* { inside: code or undefined, near: [codes], doubtful }. */
function builtIn(borders, point) {
    const found = { inside: undefined, near: [], doubtful: false };
    for (const { code, outlines } of borders) {
        const about = outlines.filter(
            (o) =>
                point.lon >= o.west - REACH &&
                point.lon <= o.east + REACH &&
                point.lat >= o.south - REACH &&
                point.lat <= o.north + REACH,
        );
        const within = about.some((o) => o.holds(point));
        const edge = Math.min(...about.map((o) => o.toEdgeNear(point)));
        if (within) found.inside = code;
        if (within || edge < NEAR_BORDER_M) found.near.push(code);
        if (edge < DOUBT_M || Math.abs(edge - NEAR_BORDER_M) < DOUBT_M) {
            found.doubtful = true;
        }
    }
    return found;
}

/* ---- places --------------------------------------------------------------------- */

const split = (text) =>
    (text ?? '')
        .split(';')
        .map((s) => s.trim())
        .filter(Boolean);

function placeOf(row) {
    const languages = Object.keys(row).filter((k) => k.startsWith('name@') && row[k]);
    return {
        id: row.id,
        source: row.source ?? '',
        kind: row.kind,
        level: levelOf(row.kind),
        country: row.country,
        name: row.name,
        code: row.code ?? '',
        names: Object.fromEntries(languages.map((k) => [k.slice(5), row[k]])),
        aliases: [...new Set(split(row.aliases))].filter((text) => text !== row.name),
        point: row.lat ? { lat: Number(row.lat), lon: Number(row.lon) } : null,
        parent: null,
        outlines: [],
    };
}

export function chainOf(place) {
    const chain = [];
    for (let p = place; p; p = p.parent) chain.push(p);
    return chain;
}

function lies(place, ancestor) {
    return chainOf(place).includes(ancestor);
}

const ownNamesOf = (p) => [p.name, p.code, ...Object.values(p.names)];

const namesOf = (p) => [...ownNamesOf(p), ...p.aliases];

const named = (place, folded) =>
    folded !== '' && namesOf(place).some((n) => n && fold(n) === folded);

const middle = (ring) => {
    const corners = ring.slice(1);
    const mean = (i) => corners.reduce((sum, p) => sum + p[i], 0) / corners.length;
    return { lon: mean(0), lat: mean(1) };
};

const BESIDE_M = 20_000;

/* A point so near to an outline that it may be of its place. None may be anywhere. */
function isBeside(point, { west, east, south, north }) {
    if (!point) return true;
    const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
    const nearest = {
        lat: clamp(point.lat, south, north),
        lon: clamp(point.lon, west, east),
    };
    return geodesic(point, nearest) < BESIDE_M;
}

export class Atlas {
    constructor({ places, areas, countries, borders }) {
        Object.assign(this, { countries, borders, byId: new Map() });
        this.places = [];
        places.forEach((row) => {
            const place = placeOf(row);
            place.parent = this.byId.get(row.parent) ?? null;
            this.places.push(place);
            this.byId.set(row.id, place);
        });
        this.places = link(this.places);
        this.late = [];
        this.sources = [...new Set(areas.map((area) => area.source))];
        [...areas]
            .sort((a, b) => a.level - b.level)
            .forEach((area) => this.addArea(area));
        this.late.forEach((late) => this.addLate(late));
    }

    /* The one place of its country and level that has its code, its name or its local name
     * and may lie there; else the one whose point lies in it; else the one of its name
     * straight in what holds it. Else it is a place of its own. */
    addArea(area) {
        const outline = new Outline([area.ring, ...(area.holes ?? [])]);
        outline.order = this.sources.indexOf(area.source); /* the first imported is 0 */
        const at = middle(area.ring);
        const level = this.places.filter(
            (p) => p.level === area.level && p.country === area.country,
        );
        const known = level.filter((p) => !p.made);
        const only = (list) => (list.length === 1 ? list[0] : undefined);
        const byName = [area.code, area.name, area.local]
            .filter(Boolean)
            .map((name) =>
                only(
                    known.filter(
                        (p) =>
                            named(p, fold(name)) &&
                            this.mayLie(p, at) &&
                            isBeside(p.point, outline),
                    ),
                ),
            )
            .find(Boolean);
        const place = area.level === 0 ? only(level) : byName;
        if (place) place.outlines.push(outline);
        else this.late.push({ area, outline, at });
    }

    addLate({ area, outline, at }) {
        const level = this.places.filter(
            (p) => p.level === area.level && p.country === area.country,
        );
        const pointed = level.filter((p) => !p.made && p.point && outline.holds(p.point));
        const above = this.holding(area, at);
        const same = level.find(
            (p) => p.parent === above && fold(p.name) === fold(area.name),
        );
        const place =
            (pointed.length === 1 && pointed[0]) || same || this.addPlace(area, above);
        place.outlines.push(outline);
    }

    /* Nothing known of what it lies in says that it is elsewhere. */
    mayLie(place, point) {
        return chainOf(place.parent).every(
            (p) =>
                p.level === 0 ||
                !p.outlines.length ||
                p.outlines.some((o) => o.holds(point)),
        );
    }

    /* The finest place of a level above that holds a point; at least the country. */
    holding(area, point) {
        const above = this.places
            .filter(
                (p) =>
                    p.level < area.level &&
                    p.country === area.country &&
                    (p.level === 0 || p.outlines.some((o) => o.holds(point))),
            )
            .sort((a, b) => b.level - a.level);
        return above[0] ?? null;
    }

    addPlace(area, above) {
        const place = placeOf({
            id: `area:${area.source}:${area.id}`,
            kind: KINDS[area.level],
            country: area.country,
            name: area.name,
            code: area.code,
        });
        place.parent = above;
        place.made = true;
        if (area.local) place.aliases = [area.local];
        this.places.push(place);
        this.byId.set(place.id, place);
        return place;
    }

    /* ---- names ------------------------------------------------------------------ */

    /* 'AMBIGUOUS', null, or the place that `text` names in a country. */
    find(text, country, level) {
        const parts = text.split(',').map(fold);
        const found = this.places.filter(
            (p) =>
                p.country === country &&
                (level === undefined || p.level === level) &&
                named(p, parts[0]) &&
                parts.slice(1).every((part) =>
                    chainOf(p)
                        .slice(1)
                        .some((above) => named(above, part)),
                ),
        );
        /* Names come before other spellings. */
        const own = found.filter((p) => ownNamesOf(p).some((n) => n && fold(n) === parts[0]));
        const chosen = own.length > 0 ? own : found;
        const highest = Math.min(...chosen.map((p) => p.level));
        const best = chosen.filter((p) => p.level === highest);
        return best.length > 1 ? 'AMBIGUOUS' : (best[0] ?? null);
    }

    /* ---- what holds a point, or a chosen place ------------------------------------ */

    byOutline(point) {
        return this.places.filter((p) => p.outlines.some((o) => o.holds(point)));
    }

    holdsAt(point) {
        const direct = this.byOutline(point);
        return {
            set: new Set(direct.flatMap(chainOf)),
            direct,
            asked: true,
            chosen: null,
        };
    }

    holdsPlace(chosen) {
        const chain = chainOf(chosen);
        const told = new Set(chain.map((p) => p.level));
        const open = chosen.point
            ? this.byOutline(chosen.point).filter(
                  (p) => p.level < chosen.level && !told.has(p.level),
              )
            : [];
        return {
            set: new Set([...chain, ...open]),
            direct: open,
            asked: Boolean(chosen.point),
            chosen,
            told,
        };
    }

    /* Whether a place holds the person. */
    isIn(holds, place) {
        if (holds.set.has(place)) return 'yes';
        if (holds.chosen && lies(place, holds.chosen)) return 'unknown';
        const chain = chainOf(place);
        const end = chain.findIndex((p) => holds.set.has(p));
        const below = end < 0 ? chain : chain.slice(0, end);
        const tells = (p) =>
            (holds.asked && p.outlines.length > 0) || holds.told?.has(p.level);
        return below.some(tells) ? 'no' : 'unknown';
    }

    /* The point of a place, or of the nearest above that has one. */
    pointOf(place) {
        return chainOf(place).find((p) => p.point)?.point ?? null;
    }

    /* ---- the country -------------------------------------------------------------- */

    locate(query) {
        const place = query.place && this.byId.get(query.place);
        const point = place ? this.pointOf(place) : { lat: query.lat, lon: query.lon };
        const holds = place ? this.holdsPlace(place) : this.holdsAt(point);
        const one = (rule, code) => ({
            rule,
            countries: [code],
            uncertain: false,
            doubtful: false,
        });
        const country = query.country
            ? one('parameter', query.country)
            : place
              ? one('place', place.country)
              : this.country(point, holds);
        return { point, holds, ...country };
    }

    country(point, holds) {
        const own = holds.direct.filter((p) => p.level === 0);
        const by = own.length ? own : holds.direct;
        const polygon = [...new Set(by.map((p) => p.country))];
        if (polygon.length) return this.firstOf('polygon', polygon, point, false);
        return this.byBorders(point);
    }

    /* Of several, that of the nearest known place comes first. */
    firstOf(rule, countries, point, doubtful) {
        const one = { rule, countries, uncertain: countries.length > 1, doubtful };
        if (!one.uncertain) return one;
        const { country, doubt } = this.nearest(point, countries);
        one.doubtful ||= doubt;
        if (!country) return one;
        const rest = countries.filter((c) => c !== country);
        return { ...one, rule: 'nearest_place', countries: [country, ...rest] };
    }

    byBorders(point) {
        const { inside, near, doubtful } = builtIn(this.borders, point);
        const outlined = (code) =>
            this.places
                .filter((p) => p.level === 0 && p.country === code)
                .flatMap((p) => p.outlines);
        let doubt = doubtful;
        const isLeft = (code) => {
            const outlines = outlined(code);
            if (!outlines.length) return true;
            if (inside && code !== inside) return false;
            const away = Math.min(...outlines.map((o) => o.least(point)));
            if (Math.abs(away - OUTLINE_NEAR_M) < DOUBT_M) doubt = true;
            return away <= OUTLINE_NEAR_M;
        };
        const kept = near.filter(isLeft);
        const left = kept.length ? kept : near;
        if (!left.length) {
            return { rule: 'none', countries: [], uncertain: false, doubtful: doubt };
        }
        const narrowed = left.length < near.length;
        const rule = left.length === 1 && narrowed ? 'polygon' : 'borders';
        const answer = this.firstOf(rule, left, point, doubt);
        const atSea = !inside && !narrowed;
        return { ...answer, uncertain: answer.uncertain || atSea };
    }

    /* { country, doubt }: two as near as rounding can tell. */
    nearest(point, countries) {
        const all = this.places
            .filter((p) => p.level >= 2 && p.point && countries.includes(p.country))
            .map(({ country, point: at }) => ({ country, away: geodesic(point, at) }))
            .filter(({ away }) => away <= NEAREST_PLACE_M)
            .sort((a, b) => a.away - b.away);
        const rival = all.find((p) => p.country !== all[0].country);
        const doubt = Boolean(rival) && rival.away - all[0].away < 1;
        return { country: all[0]?.country, doubt };
    }

    /* ---- distances ---------------------------------------------------------------- */

    range(place, point) {
        return {
            least: Math.min(...place.outlines.map((o) => o.least(point))),
            most: Math.max(...place.outlines.map((o) => o.most(point))),
        };
    }
}

export const makeAtlas = (given) => new Atlas(given);

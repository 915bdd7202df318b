/* SPDX-License-Identifier: Apache-2.0
 *
 * Random gazetteers and outlines for the comparison of engine and evaluator: four
 * countries side by side, where the built-in borders run quite otherwise, cut into
 * provinces, districts and communes by one crooked grid, so that what lies side by side
 * shares its corners exactly. All of it follows from one seed.
 *
 *   { rows, others, areas } = makeGazetteer(random, OUTLINES.some, { sources: 3 })
 *
 * `rows` are those of places.csv, `others` those of further sources that tell of the same
 * places in their own words, `areas` are features (atlas.mjs).
 */

const WEST = 103.3;
const SOUTH = 12.6;
const CELL = 0.2;
const BLOCK = 8; /* cells along one side of a country */
const JITTER = 0.25;
const BLOCKS = { KH: [0, 0], VN: [BLOCK, 0], TH: [0, BLOCK], LA: [BLOCK, BLOCK] };
export const BLOCK_COUNTRIES = Object.keys(BLOCKS);
const COUNTRY_NAMES = {
    KH: 'Cambodia',
    VN: 'Viet Nam',
    TH: 'Thailand',
    LA: 'Lao PDR',
};
const SIZES = [BLOCK, BLOCK / 2, BLOCK / 4, 1]; /* cells along a side, by level */
const KINDS = ['country', 'province', 'district', 'commune'];
const STARTS = ['Ban', 'Kon', 'Tra', 'Sam', 'Lo', 'Pre', 'Oudo', 'Nà', 'Mueang', 'Đa'];
const ENDS = ['rong', 'mai', 'pít', 'veng', 'khet', 'lak', 'nua', 'tai', 'thum', "o'u"];

/* Shares of outlines kept by level, of a second source, and how far that is shifted. */
export const OUTLINES = {
    all: { kept: [1, 1, 1, 1], second: 0 },
    some: { kept: [0.5, 0.8, 0.7, 0.4], second: 0.2 },
    second: { kept: [0.8, 0.9, 0.9, 0.6], second: 0.6 },
    countries: { kept: [1, 0, 0, 0], second: 0 },
    no_country: { kept: [0, 1, 0.8, 0.2], second: 0 },
    none: { kept: [0, 0, 0, 0], second: 0 },
};
const SHIFT = 0.012; /* degrees */

const round = (value) => Number(value.toFixed(7));

/* Corners [column][row] as [lon, lat]. */
function makeGrid(random) {
    const off = () => (random.next() * 2 - 1) * JITTER;
    return Array.from({ length: 2 * BLOCK + 1 }, (_, x) =>
        Array.from({ length: 2 * BLOCK + 1 }, (__, y) => [
            round(WEST + (x + off()) * CELL),
            round(SOUTH + (y + off()) * CELL),
        ]),
    );
}

/* The edge of a square of cells, counterclockwise, through every corner on it. */
function ringOf(grid, x, y, size) {
    const steps = Array.from({ length: size }, (_, i) => i);
    const ring = [
        ...steps.map((i) => grid[x + i][y]),
        ...steps.map((i) => grid[x + size][y + i]),
        ...steps.map((i) => grid[x + size - i][y + size]),
        ...steps.map((i) => grid[x][y + size - i]),
    ];
    return [...ring, ring[0]];
}

/* A point that is inside for sure: between the four corners around the middle. */
function inside(random, grid, { x, y, size }) {
    const at =
        size === 1 ? [x, y] : [x + random.int(0, size - 1), y + random.int(0, size - 1)];
    const corners = [0, 1].flatMap((i) => [0, 1].map((j) => grid[at[0] + i][at[1] + j]));
    const mean = (k) => corners.reduce((sum, c) => sum + c[k], 0) / 4;
    const shake = () => (random.next() - 0.5) * 0.3 * CELL;
    return { lon: round(mean(0) + shake()), lat: round(mean(1) + shake()) };
}

function makeName(random) {
    const parts = [random.pick(STARTS), random.pick(ENDS)];
    if (random.chance(0.4)) parts.push(random.pick(['', ' ', '-']) + random.pick(ENDS));
    return parts.join('');
}

/* Names are shared across parents, never under one parent. */
function nameUnder(random, parent, pool) {
    const taken = (name) => parent.children.some((c) => c.name === name);
    for (;;) {
        const name =
            pool.length && random.chance(0.25) ? random.pick(pool) : makeName(random);
        if (taken(name)) continue;
        pool.push(name);
        return name;
    }
}

function addUnit(random, unit, grid, pools, all) {
    all.push(unit);
    const size = SIZES[unit.level + 1];
    if (!size) return;
    for (let x = unit.x; x < unit.x + unit.size; x += size) {
        for (let y = unit.y; y < unit.y + unit.size; y += size) {
            const child = { level: unit.level + 1, country: unit.country, x, y, size };
            Object.assign(child, { parent: unit, children: [] });
            child.name = nameUnder(random, unit, pools[child.level]);
            child.number = `${unit.number}${unit.children.length + 1}`;
            unit.children.push(child);
            addUnit(random, child, grid, pools, all);
        }
    }
}

function makeUnits(random, grid) {
    const all = [];
    for (const [country, [x, y]] of Object.entries(BLOCKS)) {
        const pools = [[], [], [], []];
        const name = COUNTRY_NAMES[country];
        const unit = { level: 0, country, x, y, size: BLOCK, name, number: country };
        addUnit(random, { ...unit, children: [] }, grid, pools, all);
    }
    return all;
}

const idOf = (unit) => `p-${unit.number}`;

/* The nearest unit above that the gazetteer has. */
function parentOf(unit) {
    for (let p = unit.parent; p; p = p.parent) if (p.listed) return p;
    return null;
}

function row(random, unit, grid, more) {
    const point = random.chance(0.8) ? inside(random, grid, unit) : null;
    const parent = parentOf(unit);
    return {
        parent: parent ? idOf(parent) : '',
        country: unit.country,
        'name@km': '',
        aliases: '',
        code: '',
        lat: point ? String(point.lat) : '',
        lon: point ? String(point.lon) : '',
        ...more,
    };
}

function unitRow(random, unit, grid) {
    const shared = random.chance(0.15) ? [makeName(random)] : [];
    return row(random, unit, grid, {
        id: idOf(unit),
        kind: KINDS[unit.level],
        name: unit.name,
        code:
            unit.level > 0 && random.chance(0.5)
                ? `${unit.number.slice(0, 2)}-${unit.number.slice(2)}`
                : '',
        'name@km': random.chance(0.2) ? `ភូមិ${unit.number.replace(/\D/g, '')}` : '',
        aliases: random.chance(0.2) ? [`Alt ${unit.number}`, ...shared].join(';') : '',
    });
}

/* Villages, towns and crossings below a unit. */
function smallRow(random, unit, grid, kind, index) {
    return row(random, { ...unit, parent: unit }, grid, {
        id: `${kind}-${unit.number}-${index}`,
        kind,
        name: random.chance(0.2) ? unit.name : `${makeName(random)} ${index}`,
    });
}

function smallRows(random, unit, grid) {
    const kinds = { 1: ['town'], 2: ['town', 'crossing'], 3: ['village', 'village'] };
    return (kinds[unit.level] ?? [])
        .filter(() => random.chance(0.4))
        .map((kind, i) => smallRow(random, unit, grid, kind, i));
}

/* ---- what other sources tell ------------------------------------------------------ */

const GENERIC = {
    province: ['Khet', 'Changwat', 'tỉnh'],
    district: ['Srok', 'Amphoe', 'huyện', 'Krong'],
    commune: ['Khum', 'Tambon', 'xã'],
    village: ['Phumi', 'Ban', 'thôn', 'Wān'],
    town: ['Phum', 'Thị trấn'],
};

/* The name as another source writes it. */
function respell(random, { kind, name }) {
    const generic = GENERIC[kind];
    const way = generic ? random.int(0, 6) : 0;
    if (way === 1) return `${random.pick(generic)} ${name}`;
    if (way === 2) return `${name} ${kind}`;
    if (way === 3) return name.toUpperCase();
    if (way === 4) return `${random.pick(generic)}-${name} Village`;
    return name;
}

/* Mostly where the first source has it, sometimes elsewhere or nowhere. */
function moved(random, { lat, lon }) {
    const way = random.int(0, 9);
    const size = way < 6 ? 0.02 : way < 8 ? 0.3 : 2;
    const off = () => (random.next() * 2 - 1) * size;
    if (way === 9 || lat === '') return { lat: '', lon: '' };
    return {
        lat: String(round(Number(lat) + off())),
        lon: String(round(Number(lon) + off())),
    };
}

function otherNames(random, row, rows) {
    if (row.kind === 'country') return { name: row.name, 'name@km': '', aliases: '' };
    const stranger = random.pick(rows.filter((r) => r.parent)).name;
    const way = random.int(0, 7);
    const name = way === 0 ? makeName(random) : respell(random, row);
    const aliases = [
        way === 0 && random.chance(0.7) ? row.name : '',
        random.chance(0.15) ? stranger : '',
        random.chance(0.1) ? row.aliases.split(';')[0] : '',
    ];
    const local = random.chance(0.6) ? row['name@km'] : random.chance(0.1) ? 'ភូមិថ្មី' : '';
    return { name, 'name@km': local, aliases: [...new Set(aliases)].filter(Boolean).join(';') };
}

const SWAPPED = { village: 'town', town: 'village' };

/* The rows of another source, made of those of the first. */
function otherRows(random, rows, source) {
    const known = new Map(rows.map((r) => [r.id, r]));
    const told = rows.filter((r) => r.kind === 'country' || random.chance(0.6));
    const isTold = new Set(told.map((r) => r.id));
    const idOfOther = (id) => `${source}:${id}`;
    const parentOfOther = (row) => {
        let above = known.get(row.parent);
        while (above && (!isTold.has(above.id) || (above.parent && random.chance(0.1)))) {
            above = known.get(above.parent);
        }
        return above ? idOfOther(above.id) : '';
    };
    const others = told.map((row) => ({
        source,
        id: idOfOther(row.id),
        kind: random.chance(0.15) ? (SWAPPED[row.kind] ?? row.kind) : row.kind,
        parent: parentOfOther(row),
        country: row.country,
        ...otherNames(random, row, rows),
        code: '',
        ...moved(random, row),
    }));
    const gates = others
        .filter((r) => r.kind === 'village' && random.chance(0.2))
        .map((r) => ({
            ...r,
            id: `${r.id}:gate`,
            kind: 'crossing',
            parent: r.id,
            name: `${makeName(random)} Gate`,
            'name@km': '',
            aliases: '',
        }));
    return [...others, ...gates];
}

function makeArea(unit, grid, source, shift) {
    const ring = ringOf(grid, unit.x, unit.y, unit.size).map(([lon, lat]) => [
        round(lon + shift[0]),
        round(lat + shift[1]),
    ]);
    return {
        source,
        id: `${source}-${unit.number}`,
        level: unit.level,
        country: unit.country,
        code: '',
        name: unit.name,
        local: '',
        ring,
        unit,
    };
}

function makeAreas(random, units, grid, { kept, second }) {
    const areas = units
        .filter((u) => random.chance(kept[u.level]))
        .map((u) => makeArea(u, grid, 'first', [0, 0]));
    const shift = [SHIFT * (random.next() + 0.2), -SHIFT * (random.next() + 0.2)];
    const others = units
        .filter((u) => kept[u.level] && random.chance(second))
        .map((u) => makeArea(u, grid, 'second', shift));
    return [...areas, ...others];
}

/* `missing`: the share of provinces, districts and communes that the gazetteer leaves out;
 * `sources`: how many tell of the places. */
export function makeGazetteer(random, outlines, { missing = 0.05, sources = 1 } = {}) {
    const grid = makeGrid(random);
    const units = makeUnits(random, grid);
    units.forEach((u) => {
        u.listed = u.level === 0 || !random.chance(missing);
    });
    const listed = units.filter((u) => u.listed);
    const rows = [
        ...listed.map((u) => unitRow(random, u, grid)),
        ...listed.flatMap((u) => smallRows(random, u, grid)),
    ];
    const areas = makeAreas(random, units, grid, outlines);
    const others = Array.from({ length: sources - 1 }, (_, i) =>
        otherRows(random, rows, `other${i + 1}`),
    ).flat();
    return { rows, others, areas, units, grid };
}

/* A FeatureCollection of one level and source, as it is imported. */
export function toGeoJson(areas) {
    return JSON.stringify({
        type: 'FeatureCollection',
        features: areas.map((a) => ({
            type: 'Feature',
            properties: {
                id: a.id,
                name: a.name,
                name_local: a.local,
                iso: a.country,
                iso_3166_2: a.code,
                level: a.level,
            },
            geometry: { type: 'Polygon', coordinates: [a.ring, ...(a.holes ?? [])] },
        })),
    });
}

/* ---- services and queries -------------------------------------------------------- */

export const pointIn = (random, { grid }, unit) => inside(random, grid, unit);

/* Somewhere in the middle of it all, on a corner, or around. */
export function anywhere(random, { grid, units }) {
    const way = random.int(0, 9);
    if (way === 0) {
        const [lon, lat] = random.pick(random.pick(grid));
        return { lat, lon };
    }
    if (way <= 6) return inside(random, grid, random.pick(units));
    const span = 2 * BLOCK * CELL + 1;
    return {
        lat: round(SOUTH - 0.5 + random.next() * span),
        lon: round(WEST - 0.5 + random.next() * span),
    };
}

const shout = (random, text) =>
    random.chance(0.2) ? text.toUpperCase().replaceAll('-', ' ') : text;

/* One entry of `covers`, in every form that is allowed. */
export function coversEntry(random, { units, rows }, country) {
    const at = random.chance(0.85) ? country : random.pick(Object.keys(BLOCKS));
    const row = random.pick(rows.filter((r) => r.country === at));
    const unit = random.pick(units.filter((u) => u.country === at && u.level > 0));
    const above = unit.parent.name;
    const end = at === country ? '' : `, ${at}`;
    return random.pick([
        at,
        COUNTRY_NAMES[at],
        shout(random, row.name) + end,
        shout(random, unit.name) + end,
        `${shout(random, unit.name)}, ${above}${end}`,
        unit.level > 1 ? `${unit.name}, ${above}, ${COUNTRY_NAMES[at]}${end}` : at,
        (row.code || row.name) + end,
        (row.aliases.split(';')[0] || row['name@km'] || row.name) + end,
        `${unit.name}, ${random.pick(units).name}`,
        `Nowhere${random.int(1, 9)}`,
    ]);
}

/* Places and precision of a service: names, coordinates, or both. */
export function serviceSite(random, gazetteer, country) {
    const units = gazetteer.units.filter((u) => u.country === country && u.level > 0);
    const unit = random.pick(units);
    const { lat, lon } = pointIn(random, gazetteer, unit);
    const names = {};
    for (let u = unit; u.level > 0; u = u.parent) names[KINDS[u.level]] = u.name;
    const way = random.int(0, 9);
    const level = random.int(1, unit.level);
    return {
        lat: String(lat),
        lon: String(lon),
        precision: way < 3 ? 'exact' : way < 4 ? 'village' : KINDS[level],
        ...(random.chance(0.6) && names),
    };
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * data/mekong/places.csv: that it is well formed, that every place the demo directory
 * names is in it exactly once, and (with DATA=/path/to/data, `make directory`) that it
 * agrees with the public gazetteers and boundaries of the region. Where it does not, the
 * row stands in a table below with the reason; a table row nothing needs is an error.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parseCsv } from '../differential/evaluate.mjs';
import { Gazetteers, missing, worldAtlas } from './gazetteers.mjs';
import { area, distance, inside } from './polygon.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const FILE = 'data/mekong/places.csv';
const DATA = process.env.DATA ?? '';

const COLUMNS = 'id,kind,parent,country,code,name,name@en,name@km,name@lo,name@my,'
    + 'name@th,name@vi,name@zh,name@id,aliases,lat,lon,population,evidence';
const LANGUAGES = ['en', 'km', 'lo', 'my', 'th', 'vi', 'zh', 'id'];

/* A parent stands higher than its child. A country has none, a province a country. */
const HEIGHT = {
    country: 4, province: 3, district: 2, commune: 1, village: 0, town: 0, crossing: 0 };

/* First-level units as they were before Viet Nam's of July 2025. */
const PROVINCES = { KH: 25, LA: 18, TH: 77, VN: 63, MM: 15, CN: 33, ID: 38 };
const LOCAL = { KH: 'km', LA: 'lo', TH: 'th', VN: 'vi', MM: 'my', CN: 'zh', ID: 'id' };
const SCRIPT = {
    en: /^[\p{Script=Latin}\p{P}\p{Zs}]+$/u,
    km: /^[\p{Script=Khmer}\p{Zs}]+$/u,
    lo: /^[\p{Script=Lao}\p{Zs}]+$/u,
    my: /^[\p{Script=Myanmar}\p{Zs}]+$/u,
    th: /^[\p{Script=Thai}\p{P}\p{Zs}]+$/u,
    vi: /^[\p{Script=Latin}\p{M}\p{P}\p{Zs}]+$/u,
    zh: /^\p{Script=Han}+$/u,
    id: /^[\p{Script=Latin}\p{P}\p{Zs}]+$/u,
};
const CODE = {
    country: /^[A-Z]{2}$/,
    province: /^[A-Z]{2}-(?:[0-9]{1,2}|[A-Z]{2})$/,
};

/* How far a point may lie from its boundary, in km: districts were cut anew since the
   boundaries were drawn; world-atlas is a small map. */
const DISTRICT_KM = 10;
const ATLAS_KM = 5;
const CAPITAL_KM = 15;

/* Provinces of 2022 that the boundaries still hold in the province they came from. */
const CUT_FROM = {
    'ID-PD': 'Papua Barat',
    'ID-PE': 'Papua',
    'ID-PS': 'Papua',
    'ID-PT': 'Papua',
};

/* Boundaries and list entries that are none of our rows, and why. */
const NOT_OURS = {
    'TH boundaries: Minor islands of Thailand': 'a rest of islands, no province',
};

/* Points farther from their boundary than allowed: at most how many km, and why. */
const COARSE = 'this Thai province is drawn coarser than the country';
const CITY = 'the boundary in the data leaves out the south of the island, with the town';
const FAR = {
    'th-ban-khlong-luek: province': [0.8, COARSE],
    'th-chong-sa-ngam: province': [1.5, COARSE],
    'th-chong-mek: province': [2.8, COARSE],
    'th-ban-laem: province': [1.8, COARSE],
    'th-ban-pakkad: province': [2.5, COARSE],
    'id-kepulauan-riau: province': [7.3, CITY],
    'id-tanjung-pinang: province': [7.3, CITY],
};

/* Districts without a boundary in the data, and why. */
const NO_BORDER = {
    'kh-borei-ou-svay-senchey': 'cut from Thala Barivat after the boundaries were drawn',
    'th-sathon': 'not among the boundaries of Bangkok',
    'th-khlong-yai': 'not among the boundaries of Trat',
};

/* Provinces whose capital Natural Earth has elsewhere, and why. */
const SEAT = {
    'kh-ratanak-kiri': 'it has Lumphat; the seat moved to Ban Lung in 1979',
    'la-champasak': 'it has the town of Champasak; the seat is Pakse',
    'la-vientiane': 'it has the national capital; the seat is Phonhong',
    'la-xiangkhouang': 'it has the old Xiangkhouang; the seat is Phonsavan',
    'mm-sagaing': 'it has the town of Sagaing; the seat is Monywa',
    'id-jawa-timur': 'it has Sumenep; the seat is Surabaya',
    'id-kalimantan-selatan': 'it has Banjarmasin; the seat is Banjarbaru since 2022',
};

/* Local names that differ from the national list, and why. */
const SPELT = {
    'la-vientiane': 'the boundary carries the name of the capital',
    'vn-hoa-binh': 'two ways to set the same mark: Hòa in ISO 3166-2, Hoà in the list',
};

function fold(text) {
    return text.normalize('NFKD').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/* Spaces and invisible marks aside; Lao writes the same vowel in two orders. */
function plain(text) {
    return text.normalize('NFKD').replace(/[\p{Cf}\p{Zs}]/gu, '')
        .replaceAll('\u0ecd\u0ec9', '\u0ec9\u0ecd').normalize('NFC');
}

function list(cell) {
    return cell === '' ? [] : cell.split(';');
}

function names(row) {
    return [row.name, ...LANGUAGES.map((l) => row[`name@${l}`]), ...list(row.aliases)]
        .filter(Boolean);
}

function called(row, text) {
    const wanted = fold(text);
    return names(row).some((name) => fold(name) === wanted);
}

function readTable(file) {
    return parseCsv(readFileSync(join(ROOT, file), 'utf8'));
}

const text = readFileSync(join(ROOT, FILE), 'utf8');
const rows = parseCsv(text);
const byId = new Map(rows.map((row) => [row.id, row]));

function ancestor(row, kind) {
    for (let r = row; r; r = byId.get(r.parent))
        if (r.kind === kind)
            return r;
    return undefined;
}

function point(row) {
    return [Number(row.lat), Number(row.lon)];
}

/* Kilometres to the nearest of some areas; to none, the distance is infinite. */
function nearest(shapes, row) {
    const where = point(row);
    if (shapes.some((shape) => inside(shape, ...where)))
        return 0;
    return Math.min(...shapes.map((shape) => distance(shape, ...where)));
}

/* Fails with every offending row, not with the first. */
function none(bad, what) {
    assert.deepEqual(bad, [], what);
}

function unused(table, seen, what) {
    none(Object.keys(table).filter((key) => !seen.has(key)), `${what} no longer needed`);
}

describe('places.csv by itself', () => {
    test('has its columns, in order', () => {
        assert.equal(text.split('\n')[0], COLUMNS);
        assert.ok(rows.length > 0);
    });

    test('ids are plain, unique and of their country', () => {
        assert.equal(byId.size, rows.length, 'an id stands twice');
        none(rows.filter((r) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(r.id)
            || r.id.split('-')[0] !== r.country.toLowerCase()).map((r) => r.id), 'id');
    });

    test('parents stand earlier, higher and in the same country', () => {
        const seen = new Set();
        const bad = [];
        for (const row of rows) {
            const parent = byId.get(row.parent);
            const good = row.kind === 'country' ? row.parent === ''
                : parent && seen.has(parent.id) && parent.country === row.country
                    && HEIGHT[parent.kind] > HEIGHT[row.kind]
                    && (row.kind === 'province') === (parent.kind === 'country');
            if (!good || !(row.kind in HEIGHT))
                bad.push(`${row.id}: ${row.kind} in "${row.parent}"`);
            seen.add(row.id);
        }
        none(bad, 'parent');
    });

    test('codes are ISO 3166 and unique', () => {
        const coded = rows.filter((r) => r.code);
        assert.equal(new Set(coded.map((r) => r.code)).size, coded.length);
        none(rows.filter((r) => CODE[r.kind]
            ? !CODE[r.kind].test(r.code) || r.code.slice(0, 2) !== r.country
            : r.code !== '').map((r) => `${r.id}: "${r.code}"`), 'code');
    });

    test('every first-level unit is there', () => {
        for (const [country, count] of Object.entries(PROVINCES)) {
            const here = rows.filter((r) => r.country === country
                && r.kind === 'province');
            assert.equal(here.length, count, country);
        }
    });

    test('names are clean and in the script of their language', () => {
        const bad = [];
        for (const row of rows) {
            for (const [column, value] of Object.entries(row))
                if (value !== value.trim() || /\p{Zs}{2}|[\p{Cc}\p{Cf}]|[^\P{Zs} ]/u
                    .test(value) || value !== value.normalize('NFC'))
                    bad.push(`${row.id}: ${column} "${value}"`);
            for (const l of LANGUAGES)
                if (row[`name@${l}`] && !SCRIPT[l].test(row[`name@${l}`]))
                    bad.push(`${row.id}: name@${l} "${row[`name@${l}`]}"`);
            if (row.name === '' || row.name === row['name@en'])
                bad.push(`${row.id}: name "${row.name}", name@en "${row['name@en']}"`);
        }
        none(bad, 'name');
    });

    test('every row has its own language, countries have all', () => {
        none(rows.filter((r) => r.kind === 'country'
            ? LANGUAGES.slice(1).some((l) => !r[`name@${l}`])
            : LOCAL[r.country] && !r[`name@${LOCAL[r.country]}`]).map((r) => r.id),
        'name');
    });

    test('aliases are new spellings, each once', () => {
        none(rows.filter((r) => {
            const all = list(r.aliases);
            return all.some((a) => a === '' || a === r.name)
                || new Set(all).size !== all.length;
        }).map((r) => `${r.id}: ${r.aliases}`), 'aliases');
    });

    test('no two places of one parent are called the same', () => {
        const seen = new Map();
        const bad = [];
        for (const row of rows)
            for (const name of new Set([row.name, row['name@en'], ...list(row.aliases)]
                .filter(Boolean).map(fold))) {
                const key = `${row.parent}/${name}`;
                if (seen.has(key))
                    bad.push(`${seen.get(key)} and ${row.id}: ${name}`);
                seen.set(key, row.id);
            }
        none(bad, 'names');
    });

    test('points have two or three decimals, counts and evidence their form', () => {
        none(rows.filter((r) => ![r.lat, r.lon].every((c) => /^-?\d+\.\d{2,3}$/.test(c))
            || !/^\d*$/.test(r.population)
            || !list(r.evidence).every((e) => /^00[023]:[1-9]\d*$/.test(e)))
            .map((r) => r.id), 'cells');
    });
});

describe('the demo directory', () => {
    const services = readTable('data/mekong/services.csv');
    const bad = new Set();

    function one(found, service, what) {
        if (found.length !== 1)
            bad.add(`${service.id}: ${what} is ${found.length} places`);
        return found[0];
    }

    function child(parent, name) {
        return rows.filter((r) => r.parent === parent?.id && called(r, name));
    }

    /* "Malai, Banteay Meanchey", "Siem Reap" or "KH". */
    function covered(service, country, name) {
        const [place, parent, ...more] = name.split(',').map((part) => part.trim());
        assert.deepEqual(more, [], name);
        if (parent)
            return rows.filter((r) => r.country === service.country && called(r, place)
                && byId.get(r.parent) && called(byId.get(r.parent), parent));
        return place === country?.code ? [country] : child(country, place);
    }

    test('names no place that is not here exactly once', () => {
        for (const service of services) {
            const country = one(rows.filter((r) => r.kind === 'country'
                && r.code === service.country), service, service.country);
            let parent = country;
            for (const level of ['province', 'district', 'commune'])
                if (service[level])
                    parent = one(child(parent, service[level])
                        .filter((r) => r.kind === level), service, service[level]);
            for (const name of list(service.covers))
                one(covered(service, country, name), service, name);
        }
        assert.ok(services.length > 0);
        none([...bad], 'places');
    });
});

const reason = missing(DATA);
if (reason)
    console.log(reason);

describe('places.csv and the public gazetteers', { skip: reason }, () => {
    let data;
    const provinces = (country) => rows.filter((r) => r.country === country
        && r.kind === 'province');
    const WOF = ['KH', 'LA', 'TH', 'VN', 'MM'];

    before(() => {
        data = new Gazetteers(DATA);
    });

    test('every first-level unit of theirs is one of ours', () => {
        const seen = new Set();
        const bad = [];
        const lists = {
            ...Object.fromEntries(WOF.map((c) =>
                [`${c} boundaries`, data.borders(c, 1)])),
            'KH list': data.cambodia('province'),
            'TH list': data.thailand('province'),
            'VN list': data.vietNam('province'),
            'MM list': data.myanmar('province'),
            'ID list': data.indonesia('province'),
        };
        for (const [what, units] of Object.entries(lists))
            for (const unit of units) {
                const key = `${what}: ${unit.names[0]}`;
                if (NOT_OURS[key]) {
                    seen.add(key);
                    continue;
                }
                const ours = provinces(what.slice(0, 2)).filter((r) =>
                    (!unit.code || unit.code === r.code)
                    && unit.names.some((name) => called(r, name)));
                if (ours.length !== 1)
                    bad.push(`${key} ${unit.code ?? ''} is ${ours.map((r) => r.id)}`);
            }
        none(bad, 'units');
        unused(NOT_OURS, seen, 'NOT_OURS');
    });

    test('every point lies in its country, province and district', () => {
        const seen = new Set();
        const bad = [];
        const check = (row, what, shapes, allowed) => {
            const km = nearest(shapes, row);
            const key = `${row.id}: ${what}`;
            if (FAR[key] && km > allowed)
                seen.add(key);
            if (!(km <= (FAR[key]?.[0] ?? allowed)))
                bad.push(`${key} ${km.toFixed(2)} km`);
        };
        inCountry(check);
        inProvince(check);
        inDistrict(check);
        none(bad, 'points');
        unused(FAR, seen, 'FAR');
    });

    function inCountry(check) {
        const atlas = worldAtlas(join(ROOT, 'web'));
        const number = new Map(readTable('data/vocabulary/country.csv')
            .map((c) => [c.code, c.match]));
        for (const country of new Set(rows.map((r) => r.country))) {
            const parts = country === 'CN' ? ['CN', 'HK', 'MO'] : [country];
            const shapes = WOF.includes(country)
                ? data.borders(country, 0).map((b) => b.shape)
                : parts.map((code) => atlas.get(number.get(code))());
            for (const row of rows.filter((r) => r.country === country))
                check(row, 'country', shapes, WOF.includes(country) ? 0 : ATLAS_KM);
        }
    }

    function shapesOf(province) {
        if (province.country === 'ID')
            return regencies(province);
        const own = data.borders(province.country, 1)
            .filter((b) => b.code === province.code);
        if (own.length)
            return own.map((b) => b.shape);
        const prefix = `${province.code.replace('-', '.')}.`;
        return data.borders(province.country, 2)
            .filter((b) => b.code?.startsWith(prefix)).map((b) => b.shape);
    }

    function regencies(province) {
        const from = CUT_FROM[province.code] ?? '';
        const parent = data.indonesia('province').find((p) => p.names.some((name) =>
            called(province, name) || fold(name) === fold(from)));
        return data.indonesianRegencies().filter((b) => b.province === parent?.number)
            .map((b) => b.shape);
    }

    function inProvince(check) {
        for (const row of rows)
            if (row.kind !== 'country' && [...WOF, 'ID'].includes(row.country))
                check(row, 'province', shapesOf(ancestor(row, 'province')), 0);
    }

    function inDistrict(check) {
        for (const row of rows) {
            const district = ancestor(row, 'district');
            if (district && !NO_BORDER[district.id])
                check(row, 'district', districtBorders(district).map((b) => b.shape),
                    DISTRICT_KM);
        }
        none(rows.filter((r) => NO_BORDER[r.id] && districtBorders(r).length)
            .map((r) => r.id), 'NO_BORDER no longer needed');
    }

    function districtBorders(district) {
        if (district.country === 'ID')
            return data.indonesianRegencies().filter((b) =>
                b.names.some((n) => called(district, n)));
        const province = byId.get(district.parent);
        return data.borders(district.country, 2).filter((b) =>
            b.province === province.code && b.names.some((n) => called(district, n)));
    }

    test('local names are those of the national lists', () => {
        const seen = new Set();
        const bad = [];
        let compared = 0;
        for (const row of rows) {
            const lists = localNames(row);
            const ours = row[`name@${LOCAL[row.country]}`] ?? '';
            compared += lists.length > 0 ? 1 : 0;
            if (lists.length === 0 || lists.some((name) => plain(name) === plain(ours)))
                continue;
            if (SPELT[row.id])
                seen.add(row.id);
            else
                bad.push(`${row.id}: "${ours}", theirs "${lists.join('", "')}"`);
        }
        none(bad, 'local names');
        unused(SPELT, seen, 'SPELT');
        assert.ok(compared > 240, `only ${compared} compared`);
    });

    /* What the national list calls our row, without its word for province or district. */
    function localNames(row) {
        const province = ancestor(row, 'province');
        const from = {
            KH: () => data.cambodia(row.kind).filter((u) => u.code === province.code
                && (row.kind === 'province' || u.names.some((n) => called(row, n)))),
            TH: () => data.thailand(row.kind).filter((u) => u.code === province.code
                && (row.kind === 'province' || u.names.some((n) => called(row, n)))),
            VN: () => data.vietNam(row.kind === 'town' ? 'ward' : row.kind).filter((u) =>
                u.names.some((n) => called(row, n))
                && (!u.parent || called(byId.get(row.parent), u.parent))),
            MM: () => data.myanmar(row.kind).filter((u) =>
                u.names.some((n) => called(row, n))),
            LA: () => data.borders('LA', row.kind === 'province' ? 1 : 2).filter((b) =>
                (b.province ?? b.code) === province.code
                && /\p{Script=Lao}/u.test(b.local ?? '')
                && (row.kind === 'province' || b.names.some((n) => called(row, n)))),
        }[row.country];
        if (!from || !['province', 'district', 'commune', 'town'].includes(row.kind))
            return [];
        return from().map((u) => u.local.replace(/^(?:ແຂວງ|ເມືອງ)/, ''))
            .filter(Boolean);
    }

    test('capitals stand where Natural Earth has them', () => {
        const towns = data.towns().filter((t) => t.capital);
        const seen = new Set();
        const bad = [];
        let near = 0;
        for (const row of rows.filter((r) => r.kind === 'province')) {
            const there = towns.filter((t) => [row.country, row.code.slice(3)]
                .includes(t.country) && (called(row, t.province) || called(row, t.name)));
            const km = nearest(there.map(spot), row);
            near += km < CAPITAL_KM ? 1 : 0;
            if (SEAT[row.id])
                seen.add(row.id);
            else if (there.length && km >= CAPITAL_KM)
                bad.push(`${row.id}: ${km.toFixed(1)} km from ${there[0].name}`);
        }
        none(bad, 'capitals');
        unused(SEAT, seen, 'SEAT');
        assert.ok(near > 150, `only ${near} compared`);
    });

    function spot({ lat, lon }) {
        return area({ type: 'Polygon', coordinates: [[[lon, lat]]] });
    }
});

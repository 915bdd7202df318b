/* SPDX-License-Identifier: Apache-2.0
 *
 * data/mekong/places.csv: that it is well formed, that every place the demo directory
 * names is in it exactly once, and (with DATA=/path/to/data, `make gazetteer`) that it
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
import { distance, inside } from './polygon.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const FILE = 'data/mekong/places.csv';
const DATA = process.env.DATA ?? '';

const COLUMNS = 'id,kind,parent,country,code,name,name@en,name@km,name@lo,name@my,name@th,'
    + 'name@vi,name@zh,name@id,aliases,lat,lon,population,evidence';
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
const DISTRICT_KM = 10;

/* Boundaries that are called otherwise than our row: [boundary, row]. */
const SAME_BORDER = {
};

/* Boundaries and list entries that are none of our rows, and why. */
const NOT_OURS = {
};

/* Points farther from their boundary than allowed, in km, and why. */
const FAR = {
};

/* Local names that differ from the national list, and why. */
const SPELT = {
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
            : LOCAL[r.country] && !r[`name@${LOCAL[r.country]}`]).map((r) => r.id), 'name');
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
    const services = parseCsv(readFileSync(join(ROOT, 'data/mekong/services.csv'), 'utf8'));
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
    const MESO = ['KH', 'LA', 'TH', 'VN', 'MM'];

    before(() => {
        data = new Gazetteers(DATA);
    });

    test('every first-level unit of theirs is one of ours', () => {
        const seen = new Set();
        const bad = [];
        const lists = {
            ...Object.fromEntries(MESO.map((c) => [`${c} boundaries`, data.borders(c, 1)])),
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
                    unit.names.some((name) => called(r, name)));
                if (ours.length !== 1 || (unit.code && unit.code !== ours[0].code))
                    bad.push(`${key} ${unit.code ?? ''} is ${ours.map((r) => r.id)}`);
            }
        none(bad, 'units');
        unused(NOT_OURS, seen, 'NOT_OURS');
    });

    test('every point lies in its country, province and district', () => {
        const seen = new Set();
        const bad = [];
        const check = (row, what, shape, allowed) => {
            const km = shape ? distance(shape, ...point(row)) : Infinity;
            const key = `${row.id}: ${what}`;
            if (FAR[key])
                seen.add(key);
            const limit = FAR[key]?.[0] ?? allowed;
            if (!(km <= limit))
                bad.push(`${key} ${shape ? `${km.toFixed(2)} km` : 'no boundary'}`);
        };
        inCountry(check);
        inProvince(check);
        inDistrict(check);
        none(bad, 'points');
        unused(FAR, seen, 'FAR');
    });

    function inCountry(check) {
        const atlas = worldAtlas(join(ROOT, 'web'));
        const number = new Map(parseCsv(readFileSync(
            join(ROOT, 'data/vocabulary/country.csv'), 'utf8')).map((c) => [c.code, c.match]));
        for (const country of new Set(rows.map((r) => r.country))) {
            const shapes = MESO.includes(country)
                ? data.borders(country, 0).map((b) => b.shape)
                : [atlas.get(number.get(country))()];
            for (const row of rows.filter((r) => r.country === country))
                check(row, 'country', shapes.find((s) => inside(s, ...point(row)))
                    ?? shapes[0], 0);
        }
    }

    function provinceShape(row) {
        const province = ancestor(row, 'province');
        return shapesOf(province).find((s) => inside(s, ...point(row)))
            ?? shapesOf(province)[0];
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
        const parent = data.indonesia('province').find((p) =>
            p.names.some((name) => called(province, name)));
        return data.indonesianRegencies().filter((b) => b.province === parent?.number)
            .map((b) => b.shape);
    }

    function inProvince(check) {
        for (const row of rows)
            if (row.kind !== 'country' && (MESO.includes(row.country)
                || row.country === 'ID'))
                check(row, 'province', provinceShape(row), 0);
    }

    function inDistrict(check) {
        for (const row of rows) {
            const district = ancestor(row, 'district');
            if (!district)
                continue;
            const found = districtBorders(district);
            if (found.length)
                check(row, 'district', found[0].shape, DISTRICT_KM);
        }
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
        for (const row of rows) {
            const lists = localNames(row);
            const ours = row[`name@${LOCAL[row.country]}`] ?? '';
            if (lists.length === 0 || lists.some((name) => plain(name) === plain(ours)))
                continue;
            if (SPELT[row.id])
                seen.add(row.id);
            else
                bad.push(`${row.id}: "${ours}", theirs "${lists.join('", "')}"`);
        }
        none(bad, 'local names');
        unused(SPELT, seen, 'SPELT');
    });

    /* What the national list calls our row, without its words for province or district. */
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
        return from().map((u) => u.local.replace(/^(?:ແຂວງ|ເມືອງ)/, '')).filter(Boolean);
    }

    test('Chinese capitals stand where the towns of Natural Earth do', () => {
        const towns = data.towns();
        const bad = [];
        let near = 0;
        for (const row of provinces('CN')) {
            const there = towns.filter((t) => t.capital && called(row, t.province)
                || t.country === row.code.slice(3));
            const km = there.map((t) => distance({
                rings: [[[t.lon, t.lat]]],
                box: { west: t.lon, east: t.lon, south: t.lat, north: t.lat },
            }, ...point(row)));
            near += km.some((k) => k < 15) ? 1 : 0;
            if (km.length && Math.min(...km) >= 15)
                bad.push(`${row.id}: ${Math.min(...km).toFixed(1)} km from ${there[0].name}`);
        }
        none(bad, 'capitals');
        assert.ok(near >= 10, `only ${near} compared`);
    });
});

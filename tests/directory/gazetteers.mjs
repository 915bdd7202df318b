/* SPDX-License-Identifier: Apache-2.0
 *
 * The public gazetteers and boundaries below the folder DATA, in one form:
 *
 *     unit     { code, names [text], local, parent }   one place of a national list
 *     border   { code, names [text], local, province, shape }   one boundary
 *
 * `code` of a first-level unit is its ISO 3166-2 code; `province` is that of the unit a
 * second-level boundary lies in.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { parseCsv } from '../differential/evaluate.mjs';
import { area } from './polygon.mjs';

const FILES = [
    'pumi/kh_gazetteer_names.csv',
    'thailand-kongvut/provinces.csv',
    'thailand-kongvut/districts.csv',
    'vietnam-thanglequoc/vn_units.json',
    'indonesia-wilayah/provinces.json',
    'indonesia-wilayah/regencies.json',
    'indonesia-wilayah/idn_adm2_simplified.geojson',
    'myanmar-mimu/health_facilities_myanmar2020.csv',
    'natural-earth/ne_10m_populated_places_sea.geojson',
    ...['kh', 'la', 'mm', 'th', 'vn'].flatMap((c) =>
        [0, 1, 2].map((level) => `wof/wof_${c}_adm${level}.geojson`)),
];

/* What is wrong with the folder, in one line, or undefined. */
export function missing(data) {
    if (!data)
        return 'no gazetteers: give their folder as DATA=/path/to/data';
    const gone = FILES.filter((file) => !existsSync(join(data, file)));
    return gone.length ? `no gazetteers: ${data} lacks ${gone.join(', ')}` : undefined;
}

export class Gazetteers {
    constructor(data) {
        this.data = data;
        this.kept = new Map();
    }

    /* A file is read and put into form once. */
    once(key, make) {
        if (!this.kept.has(key))
            this.kept.set(key, make());
        return this.kept.get(key);
    }

    text(file) {
        return readFileSync(join(this.data, file), 'utf8');
    }

    csv(file) {
        return this.once(file, () => parseCsv(this.text(file)));
    }

    json(file) {
        return this.once(file, () => JSON.parse(this.text(file)));
    }

    /* Boundaries of one level of a country: 0 the country, 1 province, 2 district. */
    borders(country, level) {
        const file = `wof/wof_${country.toLowerCase()}_adm${level}.geojson`;
        const provinces = new Map();
        if (level === 2)
            for (const b of this.borders(country, 1))
                provinces.set(b.id, b.code);
        return this.once(`borders ${file}`, () => this.json(file).features.map(
            ({ properties: p, geometry }) => ({
                id: p.wof_id,
                code: p.iso_3166_2,
                names: [p.name, p.name_en].filter(Boolean),
                local: p.name_local,
                province: provinces.get(p.region_id),
                shape: area(geometry),
            })));
    }

    /* The Cambodian list numbers its provinces as ISO 3166-2 does. */
    cambodia(level) {
        return this.csv('pumi/kh_gazetteer_names.csv')
            .filter((row) => row.level === level)
            .map((row) => ({
                code: `KH-${Number(row.code.slice(0, 2))}`,
                names: [row.name_latin],
                local: row.name_km,
                parent: row.parent,
                number: row.code,
            }));
    }

    /* The first two digits of a Thai district number are the province's ISO code. */
    thailand(level) {
        const districts = this.csv('thailand-kongvut/districts.csv');
        const code = (district) => `TH-${district.id.slice(0, 2)}`;
        const iso = new Map(districts.map((d) => [d.province_id, code(d)]));
        if (level === 'province')
            return this.csv('thailand-kongvut/provinces.csv').map((row) => ({
                code: iso.get(row.id), names: [row.name_en], local: row.name_th }));
        return districts.map((row) => ({
            code: code(row),
            names: [row.name_en.replace(/^Khet /, '')],
            local: row.name_th.replace(/^เขต/, ''),
        }));
    }

    vietNam(level) {
        const provinces = this.json('vietnam-thanglequoc/vn_units.json');
        const unit = (row, parent) =>
            ({ names: [row.Name, row.NameEn], local: row.Name, parent });
        if (level === 'province')
            return provinces.map((row) => unit(row));
        return provinces.flatMap((p) => (p.District ?? []).flatMap((d) =>
            level === 'district' ? [unit(d, p.Name)]
                : (d.Ward ?? []).map((w) => unit(w, d.Name))));
    }

    /* The list of hospitals names each township and each region; three regions are cut
       into parts, "Shan (North)". */
    myanmar(level) {
        const key = level === 'province' ? 'SR' : 'TS_en';
        const local = level === 'province' ? 'SR_mya' : 'TS_mya';
        return this.csv('myanmar-mimu/health_facilities_myanmar2020.csv').map((row) => ({
            names: [row[key].replace(/ \(.*/, '')], local: row[local] }));
    }

    indonesia(level) {
        const file = level === 'province' ? 'provinces' : 'regencies';
        return this.json(`indonesia-wilayah/${file}.json`).map((row) => ({
            number: row.id,
            parent: row.province_id,
            names: [row.name.replace(/^(KABUPATEN|KOTA) /, '')],
        }));
    }

    indonesianRegencies() {
        const file = 'indonesia-wilayah/idn_adm2_simplified.geojson';
        return this.once('regencies', () => this.json(file).features.map(
            ({ properties: p, geometry }) => ({
                names: [p.name.replace(/^(KABUPATEN|KOTA) /, '')],
                province: p.province_code,
                shape: area(geometry),
            })));
    }

    towns() {
        const file = 'natural-earth/ne_10m_populated_places_sea.geojson';
        return this.json(file).features.map(({ properties: p }) => ({
            country: p.ISO_A2,
            capital: /Admin-[01] capital/.test(p.FEATURECLA),
            province: p.ADM1NAME ?? '',
            name: p.NAME,
            lat: p.LATITUDE,
            lon: p.LONGITUDE,
        }));
    }
}

/* The countries that the project builds its own borders from, by ISO number. */
export function worldAtlas(web) {
    const require = createRequire(join(web, 'package.json'));
    const { feature } = require('topojson-client');
    const world = require('world-atlas/countries-10m.json');
    return new Map(world.objects.countries.geometries.map((g) =>
        [g.id, () => area(feature(world, g).geometry)]));
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The nearest ten with the same five filters, need and country, against PostGIS: `<->` on
 * an index over geography, prepared statements over a Unix socket, in a cluster of its own.
 * Three questions: the nearest ten alone; those and the unconfirmed ones, as rows; and the
 * whole answer that haven gives, with help lines, what was left out and why, as JSON.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeRandom } from '../differential/generate.mjs';
import { COUNTRIES, makePoint, NEED, PEOPLE } from './gen.mjs';
import { personLoad } from './nearest.mjs';
import { startPostgres } from './postgres.mjs';
import { alternate, cores, figure, short, skip, small, wrk } from './tools.mjs';

const DURATION = small ? 2 : 5;

/* What `any` stands for: an array has to name it all. */
const ALL = {
    genders: ['female', 'male', 'other'],
    forms: ['sexual', 'labour', 'labour.fishing', 'labour.domestic', 'marriage', 'other'],
    languages: ['km', 'lo', 'th', 'vi', 'my', 'en', 'id', 'zh'],
    nationalities: ['KH', 'LA', 'TH', 'VN', 'MM', 'CN', 'ID'],
};

const SCHEMA = `
CREATE EXTENSION postgis;
CREATE TABLE service (id text, name text, country text, needs text[], genders text[],
    age_min int, age_max int, forms text[], languages text[], nationalities text[],
    lon float8, lat float8, description text, address text, phones text, status text,
    hours text, verified_on date);
`;
const SILENT = ['genders', 'forms', 'languages', 'nationalities']
    .map((column) => `${column} = '{}'`)
    .join(' OR ');

const INDEXES = `
ALTER TABLE service ADD COLUMN point geography(Point, 4326);
UPDATE service SET point = ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography;
ALTER TABLE service ADD PRIMARY KEY (id);
CREATE INDEX ON service USING gist (point);
CREATE INDEX ON service USING gist (point) WHERE ${SILENT};
CREATE INDEX ON service USING gin (needs, genders, forms, languages, nationalities);
CREATE INDEX ON service (country, age_min, age_max);
VACUUM ANALYZE service;
`;

function expand(column, text) {
    if (text === '') return [];
    if (text === 'any') return ALL[column];
    if (text.startsWith('!')) return ALL[column].filter((code) => `!${code}` !== text);
    const codes = text.split(';').map((code) => code.split(':')[0]);
    return ALL[column].filter((code) => codes.some((c) => code === c || code.startsWith(`${c}.`)));
}

const list = (codes) => `"{${codes.join(',')}}"`;
const quote = (text) => `"${text.replaceAll('"', '""')}"`;

/* A row of services.csv as COPY takes it. */
export function copyLine(row) {
    const languages = row.interpreters === 'any' ? 'any' : row.languages;
    return (
        [
            row.id,
            quote(row.service),
            row.country,
            list(row.needs.split(';')),
            list(expand('genders', row.genders)),
            row.age_min || 0,
            row.age_max || 120,
            list(expand('forms', row.forms)),
            list(expand('languages', languages)),
            list(expand('nationalities', row.nationalities)),
            row.lon,
            row.lat,
            ...[row.description, row.address, row.phones, row.status, row.hours].map(quote),
            row.verified_on,
        ].join(',') + '\n'
    );
}

/* The nearest ten of one list, asked from the expressions `lon` and `lat`: those that admit
 * the person, or (`unconfirmed`) may do so and are silent on something. */
function question(code, lon, lat, unconfirmed = false) {
    const { person } = PEOPLE[0];
    const from = `ST_SetSRID(ST_MakePoint(${lon}, ${lat}), 4326)::geography`;
    const admits = ([column, asked]) =>
        unconfirmed
            ? `(${column} @> '{${asked}}' OR ${column} = '{}')`
            : `${column} @> '{${asked}}'`;
    const lists = Object.entries({
        genders: person.gender,
        forms: person.form,
        languages: person.language,
        nationalities: person.nationality,
    }).map(admits);
    return `SELECT name, id, phones, hours, status, verified_on, ST_Distance(point, ${from})
  FROM service
 WHERE country = '${code}' AND needs @> '{${NEED}}'
   AND age_min <= ${person.age} AND age_max >= ${person.age}
   AND ${lists.join(' AND ')}${unconfirmed ? ` AND (${SILENT})` : ''}
 ORDER BY point <-> ${from} LIMIT 10;
`;
}

/* Everything that an answer of haven holds, in one statement: the reasons are counted over
 * the services that are not farther than the last result. */
function wholeAnswer(code, lon, lat) {
    const { person } = PEOPLE[0];
    const from = `ST_SetSRID(ST_MakePoint(${lon}, ${lat}), 4326)::geography`;
    const rows = (unconfirmed) => question(code, lon, lat, unconfirmed).replace(/;\n$/, '');
    const turnedDown = {
        gender: `NOT genders @> '{${person.gender}}' AND genders <> '{}'`,
        age: `age_min > ${person.age} OR age_max < ${person.age}`,
        form: `NOT forms @> '{${person.form}}' AND forms <> '{}'`,
        language: `NOT languages @> '{${person.language}}' AND languages <> '{}'`,
        nationality: `NOT nationalities @> '{${person.nationality}}' AND nationalities <> '{}'`,
    };
    const counts = Object.entries(turnedDown)
        .map(([name, test]) => `'${name}', count(*) FILTER (WHERE ${test})`)
        .join(', ');
    const reasons = Object.entries(turnedDown)
        .map(([name, test]) => `CASE WHEN ${test} THEN '${name}' END`)
        .join(', ');
    return `WITH r AS MATERIALIZED (${rows(false)}),
 u AS (${rows(true)}),
 c AS MATERIALIZED (SELECT * FROM service WHERE country = '${code}' AND needs @> '{${NEED}}'
   AND ST_DWithin(point, ${from}, (SELECT max(st_distance) FROM r))),
 x AS (SELECT name, id, ST_Distance(point, ${from}) AS d, array_remove(ARRAY[${reasons}], NULL) AS why
   FROM c WHERE ${Object.values(turnedDown)
       .map((test) => `(${test})`)
       .join(' OR ')}
   ORDER BY point <-> ${from} LIMIT 5),
 h AS (SELECT name, id, phones FROM service
   WHERE country = '${code}' AND needs @> '{information.hotline}' ORDER BY id LIMIT 10)
SELECT json_build_object('results', (SELECT json_agg(r) FROM r),
 'unconfirmed', (SELECT json_agg(u) FROM u), 'helplines', (SELECT json_agg(h) FROM h),
 'excluded', (SELECT json_agg(x) FROM x),
 'summary', (SELECT json_build_object('considered', count(*), ${counts}) FROM c));
`;
}

/* pgbench's file for one country: a random point in it, then what `ask` makes of it. */
function script({ code, lat, lon }, ask) {
    const whole = ([low, high]) => `${low * 1e5}, ${high * 1e5}`;
    return `\\set lat random(${whole(lat)})
\\set lon random(${whole(lon)})
${ask(code, ':lon / 100000.0', ':lat / 100000.0')}`;
}

/* Both must find services equally near, or they are not doing the same work. `<->` orders
 * geography on a sphere, so PostGIS may name one that is farther by up to 1 in 100; haven,
 * which orders on the ellipsoid, may never. */
async function compareAnswers(port, key, sql) {
    const random = makeRandom(17);
    for (const country of COUNTRIES) {
        const { lat, lon } = makePoint(random, country);
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/nearest`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
            body: JSON.stringify({ lat, lon, need: NEED, ...PEOPLE[0].person }),
        });
        const { results, unconfirmed, summary } = await answer.json();
        for (const list of [results, unconfirmed]) {
            const mine = list.map((service) => service.distance_m);
            const theirs = sql(question(country.code, lon, lat, list === unconfirmed))
                .trim()
                .split('\n')
                .map((line) => Number(line.split('|').at(-1)))
                .sort((a, b) => a - b);
            const same = mine.every((m, i) => m <= theirs[i] + 0.02 && m > theirs[i] * 0.99);
            if (mine.length !== theirs.length || !same)
                throw new Error(`answers differ at ${lat}, ${lon}:\n${mine}\n${theirs}`);
        }
        const whole = JSON.parse(sql(wholeAnswer(country.code, lon, lat)));
        const near = Math.abs(whole.summary.considered - summary.considered);
        if (whole.results.length !== results.length || near > 0.1 * summary.considered + 2)
            throw new Error(`whole answers differ: ${summary.considered} ${whole.summary.considered}`);
    }
}

export async function postgis({ port, key, rows }) {
    const what = 'nearest, 5 filters';
    const pg = startPostgres();
    if (!pg) return skip(`${what}, against PostGIS`, 'no PostgreSQL');
    const { dir, sql, end } = pg;
    writeFileSync(join(dir, 'rows.csv'), rows);
    const scripts = (name, ask) =>
        COUNTRIES.map((country) => {
            const path = join(dir, `${country.code}-${name}.sql`);
            writeFileSync(path, script(country, ask));
            return path;
        });
    try {
        SCHEMA.split(';\n').filter((s) => s.trim()).forEach(sql);
    } catch (error) {
        end();
        return skip(`${what}, against PostGIS`, `no PostGIS: ${error.stderr.split('\n')[0]}`);
    }
    sql(`COPY service FROM '${join(dir, 'rows.csv')}' CSV`);
    INDEXES.split(';\n').filter((s) => s.trim()).forEach(sql);
    await compareAnswers(port, key, sql);
    const load = personLoad();
    const bench = (files) => () => {
        const text = pg.run('pgbench', [
            ...[...pg.at, '-n', '-M', 'prepared', '-c', String(cores), '-T', String(DURATION)],
            ...files.flatMap((path) => ['-f', path]),
            'postgres',
        ]);
        return Number(/^tps = ([\d.]+)/m.exec(text)[1]);
    };
    const kinds = [
        { of: 'the same answer as JSON', name: 'whole', ask: wholeAnswer, wanted: { least: 100 } },
        {
            of: 'PostGIS finds results and unconfirmed, as rows',
            name: 'both',
            ask: (...at) => question(...at) + question(...at, true),
        },
        { of: 'PostGIS finds results only, as rows', name: 'results', ask: question },
    ];
    for (const { of, name, ask, wanted } of kinds) {
        const { a, b, ratio } = await alternate(
            small ? 1 : 3,
            () => wrk(port, load, key, DURATION),
            bench(scripts(name, ask)),
        );
        figure({
            what: `${what}, ${of}`,
            against: 'PostGIS <->, prepared, same filters',
            ratio,
            wanted,
            detail: `${short(a)} against ${short(b)} requests/s`,
        });
    }
    end();
}

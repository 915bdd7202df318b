/* SPDX-License-Identifier: Apache-2.0
 *
 * How cost grows with the directory: making the snapshot (against one SELECT over the same
 * columns), its size, a search, and a restart.
 */
import { rmSync } from 'node:fs';

import { makeRandom } from '../differential/generate.mjs';
import { COUNTRIES, makePoint, NEED, PEOPLE } from './gen.mjs';
import { helper, makeRecord, serve, share } from './haven.mjs';
import { figure, run, short, small } from './tools.mjs';

const COUNTS = small ? [1e3, 1e4, 3e4] : [1e3, 1e4, 1e5, 1e6];
const POINTS = 2000;
const MOST_BYTES = 400;
const MOST_TIMES = 3;

/* Ten times the services may cost this many times the search: log(10^6) / log(10^3) is 2,
 * and what no longer fits the processor's caches is slower to reach. */
const MOST_GROWTH = 4;

function points() {
    const random = makeRandom(13);
    return Array.from({ length: POINTS }, () => {
        const country = random.pick(COUNTRIES);
        const { lat, lon } = makePoint(random, country);
        return `${country.code} ${lat} ${lon}\n`;
    }).join('');
}

function measure(db, count) {
    const { gender, age, form, language, nationality } = PEOPLE[0].person;
    const pairs = count >= 1e6 ? 1 : count >= 1e5 ? 3 : 7;
    const codes = [NEED, gender, age, form, language, nationality].map(String);
    const text = run(helper('snapshot'), [db, share, String(pairs), ...codes], {
        input: points(),
    });
    return JSON.parse(text);
}

export async function growth() {
    const all = [];
    for (const count of COUNTS) {
        const { csv, db } = makeRecord('growth', count);
        const m = measure(db, count);
        const server = await serve(db);
        await server.stop();
        for (const path of [csv, db, `${db}-wal`, `${db}-shm`]) rmSync(path, { force: true });
        all.push(m);
        const name = `${short(count)} services`;
        const last = count === COUNTS.at(-1);
        const beside = (m.staff_bytes - m.text_bytes) / m.services;
        figure({
            what: `both snapshots of ${name}, time`,
            against: 'one SELECT of the same columns',
            ratio: m.ratio,
            wanted: last ? { most: MOST_TIMES } : undefined,
            detail: `${short(m.build_s)} against ${short(m.select_s)} s`,
        });
        figure({
            what: `snapshot of ${name}, size`,
            against: `${MOST_BYTES} bytes a service beside its text`,
            ratio: beside / MOST_BYTES,
            wanted: last ? { most: 1 } : undefined,
            detail:
                `${short(beside)} bytes a service, and ${short(m.text_bytes / m.services)} ` +
                'of text',
        });
        figure({
            what: `search among ${name}, in process`,
            against: `among ${short(COUNTS[0])}`,
            ratio: m.person_us / all[0].person_us,
            wanted: last ? { most: MOST_GROWTH } : undefined,
            detail: `5 filters ${short(m.person_us)} us, none ${short(m.plain_us)} us`,
        });
        figure({
            what: `restart with ${name}`,
            against: '',
            detail: `${short(server.ready_s)} s until it answers`,
        });
    }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Misspelt names on a million names, against PostgreSQL's pg_trgm on the same names and the
 * same questions, in batches by turns, one connection each. haven answers over HTTP with
 * whole places as JSON; PostgreSQL answers a prepared statement with ten names. It is asked
 * in both ways that it has an index for, and the faster one is the peer:
 *
 *   GIN   name % question (similarity of 0.3 and more), the most similar first
 *   GiST  the nearest by name <-> question
 *
 * Beside the time stands how often the name that was meant is among the ten.
 */
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';

import { Kept, pathOf, recall } from './asking.mjs';
import { memoryMiB, servePlaces } from './haven.mjs';
import { makeNames, writeNames } from './million.mjs';
import { fold, longEnough, mistype } from './names.mjs';
import { startPostgres } from './postgres.mjs';
import { figure, inWork, median, short, skip, small } from './tools.mjs';

const COUNT = small ? 100_000 : 1_000_000;
const QUESTIONS = small ? 40 : 200;
const BATCH = 20;
const MOST = 10;
const WANTED = { least: 10 };

const TABLES = {
    gin: 'USING gin (name gin_trgm_ops)',
    gist: 'USING gist (name gist_trgm_ops (siglen = 64))',
};
const SETUP = `SET plan_cache_mode = force_generic_plan;
PREPARE gin(text) AS SELECT name FROM gin WHERE name % $1
    ORDER BY similarity(name, $1) DESC LIMIT ${MOST};
PREPARE gist(text) AS SELECT name FROM gist ORDER BY name <-> $1 LIMIT ${MOST};
`;

/* A psql that is kept; say() resolves with what it prints. */
class Psql {
    constructor({ line, at, dir }) {
        const options = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres'];
        const [program, args] = line('psql', [...at, ...options]);
        this.child = spawn(program, args, { cwd: dir, stdio: ['pipe', 'pipe', 'inherit'] });
        this.text = '';
        this.child.stdout.setEncoding('utf8').on('data', (chunk) => this.hear(chunk));
        this.child.on('exit', () => this.fail?.(new Error('psql ended')));
    }

    hear(chunk) {
        this.text += chunk;
        if (!this.text.endsWith('\n-- end\n') && this.text !== '-- end\n') return;
        const text = this.text.slice(0, -'-- end\n'.length);
        this.text = '';
        this.done(text);
    }

    say(text) {
        return new Promise((done, fail) => {
            Object.assign(this, { done, fail });
            this.child.stdin.write(`${text}\n\\echo -- end\n`);
        });
    }

    end() {
        this.fail = undefined;
        this.child.stdin.end();
    }
}

/* Two tables of the names, an index each, and a session with the statements prepared. */
async function loadPostgres(pg, names) {
    const path = `${pg.dir}/names.csv`;
    writeFileSync(path, names.map(({ name }) => `${name.toLowerCase()}\n`).join(''));
    chmodSync(path, 0o644);
    pg.sql('CREATE EXTENSION pg_trgm');
    for (const [table, index] of Object.entries(TABLES)) {
        pg.sql(`CREATE TABLE ${table} (name text)`);
        pg.sql(`COPY ${table} FROM '${path}'`);
        pg.sql(`SET maintenance_work_mem = '1GB'; CREATE INDEX ON ${table} ${index}`);
        pg.sql(`VACUUM ANALYZE ${table}`);
    }
    const psql = new Psql(pg);
    await psql.say(SETUP);
    for (const table of Object.keys(TABLES)) {
        const plan = await psql.say(`EXPLAIN EXECUTE ${table}('ban nong');`);
        if (!/Index Scan|Bitmap Index/.test(plan)) throw new Error(`${table}: no index:\n${plan}`);
    }
    await psql.say('\\timing on');
    return psql;
}

/* What each way of asking took, ms, and the rank of the name that was meant. */
const asker = (ask) => ({ ask, ms: [], ranks: [] });

async function askPostgres(psql, table, questions) {
    const lines = questions.map(({ text }) => `EXECUTE ${table}('${text.replaceAll("'", "''")}');`);
    const printed = (await psql.say(lines.join('\n'))).split('\n');
    const answers = [[]];
    for (const line of printed) {
        const ms = /^Time: ([\d.]+) ms/.exec(line)?.[1];
        if (ms === undefined) answers.at(-1).push(line);
        else {
            answers.at(-1).ms = Number(ms);
            answers.push([]);
        }
    }
    return answers
        .slice(0, questions.length)
        .map((names, i) => ({ ms: names.ms, at: names.indexOf(questions[i].meant.toLowerCase()) }));
}

async function askHaven(kept, questions) {
    const out = [];
    for (const { text, meant } of questions) {
        const { body, ms } = await kept.get(pathOf(text, MOST));
        const found = JSON.parse(body).results;
        out.push({ ms, at: found.findIndex(({ name }) => fold(name) === fold(meant)) });
    }
    return out;
}

/* Every question once to warm up, then in batches by turns. */
async function compare(questions, askers) {
    for (const { ask } of askers) await ask(questions);
    for (let i = 0; i < questions.length; i += BATCH) {
        const batch = questions.slice(i, i + BATCH);
        const turn = (i / BATCH) % askers.length;
        for (const one of [...askers.slice(turn), ...askers.slice(0, turn)])
            for (const { ms, at } of await one.ask(batch)) {
                one.ms.push(ms);
                one.ranks.push(at < 0 ? Infinity : at + 1);
            }
    }
}

function makeQuestions(random, names, folded) {
    const out = [];
    while (out.length < QUESTIONS) {
        const { name } = random.pick(names);
        if (!longEnough(name)) continue;
        const text = mistype(random, name, []).text.toLowerCase();
        if (!folded.has(fold(text))) out.push({ text, meant: name });
    }
    return out;
}

export async function trgm(places, data, random) {
    const what = `place search, misspelt, ${short(COUNT)} names`;
    const pg = startPostgres();
    if (!pg) return skip(what, 'no PostgreSQL');
    const { names, folded, real, missing } = makeNames(places, data, random, COUNT);
    for (const path of missing) console.log(`${path}: missing, its names are left out`);
    const psql = await loadPostgres(pg, names);
    const csv = inWork('million.csv');
    writeNames(csv, names, places, random);
    const server = await servePlaces('million', csv);
    const kept = new Kept(server.port);
    const questions = makeQuestions(random, names, folded);
    const haven = asker((batch) => askHaven(kept, batch));
    const gin = asker((batch) => askPostgres(psql, 'gin', batch));
    const gist = asker((batch) => askPostgres(psql, 'gist', batch));
    await compare(questions, [haven, gin, gist]);
    const peer = median(gin.ms) < median(gist.ms) ? gin : gist;
    const tell = ({ ms, ranks }) => `${short(median(ms))} ms, at 10 ${recall(ranks, MOST).toFixed(3)}`;
    figure({
        what,
        against: `PostgreSQL pg_trgm, ${peer === gin ? 'GIN %' : 'GiST <->'}, prepared`,
        ratio: median(peer.ms) / median(haven.ms),
        wanted: WANTED,
        detail:
            `haven ${tell(haven)}; GIN ${tell(gin)}; GiST ${tell(gist)}; ${QUESTIONS} questions, ` +
            `${short(real)} of the names are real; import ${short(server.import_s)} s, ` +
            `start ${short(server.ready_s)} s, ${short(memoryMiB(server.pid))} MiB`,
    });
    kept.end();
    psql.end();
    await server.stop();
    pg.end();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * `haven import places` on the command line: files in any order, several files of one
 * source, GeoNames dumps, JSON, hostile files. With DATA (a folder of public gazetteers)
 * the real files, through the maps of importers/maps/.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { mustRun, root, run, start } from './haven.mjs';

const map = (name) => join(root, 'importers/maps', `${name}.json`);
const HEAD = 'id,kind,parent,country,name\n';

let haven;
before(async () => {
    haven = await start();
});
after(() => haven.stop());

/* Writes `content` as `name` and imports it. */
function importFile(name, content, source, ...args) {
    const file = join(haven.dir, name);
    writeFileSync(file, content);
    return run('import', 'places', file, '--db', haven.db, '--source', source, ...args);
}

const checkRecord = () =>
    assert.match(mustRun('check', '--db', haven.db).stdout, /no fault found/);

/* The import is refused with status 1 and what the lines say; the record is as before. */
function refused(name, content, args, ...wanted) {
    const old = readFileSync(haven.db);
    const done = importFile(name, content, 'bad', ...args);
    assert.equal(done.status, 1, done.stdout + done.stderr);
    for (const line of wanted) {
        assert.match(done.stderr, line);
    }
    assert.ok(old.equals(readFileSync(haven.db)), 'nothing is changed');
}

describe('parents in any order', () => {
    const rows = HEAD + 'v,village,d,KH,V\nd,district,p,KH,D\np,province,,KH,P\n';

    test('twice is once', () => {
        assert.match(importFile('a.csv', rows, 'order').stdout, /^added 3,/);
        const before = readFileSync(haven.db);
        assert.match(importFile('a.csv', rows, 'order').stdout, /unchanged 3,/);
        assert.ok(before.equals(readFileSync(haven.db)));
        checkRecord();
    });

    test('a circle and a parent that is nowhere are refused by their lines', () => {
        refused('b.csv', HEAD + 'a,district,b,KH,A\nb,district,a,KH,B\n', [],
            /b.csv:2: parent: "b" is a district, and cannot hold a district/,
            /b.csv:3: parent: "a" is a district/);
        refused('c.csv', HEAD + 'a,district,x;y,KH,A\n', [],
            /c.csv:2: parent: no place has the id "x;y"; allowed: .*, or KH, the country/);
    });

    test('with --partial what lies in a refused row goes too', () => {
        const text = HEAD + 'v,village,d,KH,V\nd,district,x,KH,D\np,province,,KH,P\n';
        const done = importFile('d.csv', text, 'partial', '--partial');
        assert.match(done.stdout, /^added 1, .* rejected 2/);
        assert.match(done.stderr, /d.csv:3: parent: no place has the id "x"/);
        assert.match(done.stderr, /d.csv:2: parent: no place has the id "d"/);
        checkRecord();
    });
});

describe('several files of one source', () => {
    const provinces = HEAD + 'p,province,,TH,P\nq,province,,TH,Q\n';
    const districts = HEAD + 'a,district,p,TH,A\nb,district,q,TH,B\n';

    test('retire what is missing of their own kind only', () => {
        importFile('p.csv', provinces, 'files');
        const second = importFile('d.csv', districts, 'files', '--retire-missing');
        assert.match(second.stdout, /^added 2, .* retired 0/);
        assert.equal(second.stderr, '');
        const fewer = provinces.replace(/^q.*\n/m, '');
        const force = ['--retire-missing', '--force'];
        const refused = importFile('p.csv', fewer, 'files', ...force);
        assert.equal(refused.status, 1);
        assert.match(refused.stderr, /"q" would be retired while "b" lies in it/);
        importFile('d.csv', districts.replace('b,district,q', 'b,district,p'), 'files');
        assert.match(importFile('p.csv', fewer, 'files', ...force).stdout, /retired 1,/);
        checkRecord();
    });
});

describe('options', () => {
    test('that do not fit are wrong use', () => {
        for (const [args, wanted] of [
            [['--format', 'xml'], /--format must be csv, json or geonames/],
            [['--format', 'geonames', '--map', map('pumi')], /--map is of no use/],
            [['--alternate-names', 'x'], /--alternate-names is of use only with/],
        ]) {
            const done = importFile('o.csv', HEAD, 'options', ...args);
            assert.equal(done.status, 2);
            assert.match(done.stderr, wanted);
        }
    });

    test('the report cannot take the place of the map', () => {
        const done = importFile('o.json', '[]', 'options', '--map', map('vn-units'), '--report', map('vn-units'));
        assert.equal(done.status, 2);
        assert.match(done.stderr, /--report would overwrite a file that is read/);
    });
});

describe('GeoNames', () => {
    const line = (id, name, kind, codes) =>
        [id, name, name, '', '12.5', '105', ...kind, 'KH', '', ...codes, '0', '', '1', 'Asia/Phnom_Penh',
            '2020-01-01'].join('\t') + '\n';
    const dump = line(3, 'Village', ['P', 'PPL'], ['1', '11', '', '']) +
        line(2, 'District', ['A', 'ADM2'], ['1', '11', '', '']) +
        line(4, 'Hill', ['T', 'HLL'], ['1', '', '', '']);

    test('a dump, and what is no dump', () => {
        const names = join(haven.dir, 'names.txt');
        writeFileSync(names, '1\t2\tkm\tស្រុក\t\t\t\t\t\t\n2\t77\ten\tElsewhere\n');
        const args = ['--format', 'geonames', '--alternate-names', names];
        assert.match(importFile('KH.txt', dump, 'geo', ...args).stdout, /^added 2, .* left out 1\n/);
        assert.match(importFile('KH.txt', dump, 'geo', ...args).stdout, /unchanged 2,/);
        checkRecord();
        const geo = ['--format', 'geonames'];
        refused('bad.txt', 'id,name\n', geo, /bad.txt:1: 1 fields; allowed: the 19/);
        refused('bad.txt', dump.replace('12.5', '95'), geo, /bad.txt:1: latitude: .*95/);
        refused('bad.txt', dump.replace('KH', 'XX'), geo, /bad.txt:1: country code: not a code/);
        refused('bad.txt', Buffer.from('a\tb\0c\n'), geo, /bad.txt:1: a NUL byte/);
        refused('bad.txt', Buffer.from([0x61, 0x0a, 0xff, 0x0a]), geo, /bad.txt:1: 1 fields/);
        writeFileSync(names, '1\t2\n');
        refused('KH.txt', dump, args, /names.txt:1: the line: not one of alternateNames/);
    });
});

describe('JSON', () => {
    const args = ['--map', map('vn-units')];
    const unit = (code, more) => ({ Code: code, Name: `N${code}`, NameEn: `N${code}`, FullName: `Tỉnh N${code}`,
        FullNameEn: `N${code} Province`, ...more });
    const units = [
        unit('1', { District: [unit('11', { ProvinceCode: '1', Ward: [unit('111', { DistrictCode: '11' })] }),
            unit('12', { ProvinceCode: '1', Ward: null })] }),
        unit('2', { District: [] }),
    ];

    test('rows in rows', () => {
        assert.match(importFile('u.json', JSON.stringify(units), 'units', ...args).stdout, /^added 5,/);
        assert.match(importFile('u.data', JSON.stringify(units, null, 1), 'units', '--format', 'json', ...args).stdout,
            /unchanged 5,/);
        checkRecord();
    });

    test('hostile files', () => {
        const text = JSON.stringify(units);
        refused('u.json', text.slice(0, -20), args, /u.json:1: the file ends/);
        refused('u.json', '['.repeat(100000), args, /u.json:1: /);
        refused('u.json', '[' + '{"a":'.repeat(3000) + '1' + '}'.repeat(3000) + ']', args, /u.json:1: /);
        refused('u.json', `[{"Code":"${'x'.repeat(40 << 20)}"}]`, args, /u.json:1: a list element is too large; allowed: 32 MiB/);
        refused('u.json', `[${JSON.stringify({ ...units[0], Code: 'x'.repeat(300) })}]`, args,
            /u.json:1: Code: too long .*allowed: at most 200 bytes/);
        refused('u.json', Buffer.from('[{"Code":"\xff"}]', 'latin1'), args, /u.json:1: not JSON/);
        refused('u.json', '[{"Code":"\\u0000"}]', args, /u.json:1: not JSON/);
        refused('u.csv', Buffer.from('id,kind,country,name\n\0,town,KH,x\n'), [], /NUL/);
        refused('u.csv', Buffer.from('id,kind,country,name\n\xff,x,KH,y\n', 'latin1'), [], /not UTF-8/);
        refused('u.csv', `id,kind,country,name\na,town,KH,${'x'.repeat(2 << 20)}\n`, [], /more than 1 MiB/);
    });
});

/* ---- the real files ---------------------------------------------------------------- */

const real = [
    ['pumi/kh_gazetteer_names.csv', 'pumi', 'pumi', 16465, 0],
    ['thailand-kongvut/provinces.csv', 'kongvut', 'kongvut-provinces', 77, 0],
    ['thailand-kongvut/districts.csv', 'kongvut', 'kongvut-districts', 929, 0],
    ['thailand-kongvut/sub_districts.csv', 'kongvut', 'kongvut-sub-districts', 7451, 0],
    ['vietnam-thanglequoc/vn_units.json', 'vn-units', 'vn-units', 10794, 0],
    ['indonesia-wilayah/provinces.json', 'wilayah', 'wilayah-provinces', 34, 0],
    ['indonesia-wilayah/regencies.json', 'wilayah', 'wilayah-regencies', 514, 0],
    ['indonesia-wilayah/districts.json', 'wilayah', 'wilayah-districts', 7071, 0],
    ['wof/wof_kh_places.csv', 'wof', 'wof-kh', 11188, 9],
    ['wof/wof_la_places.csv', 'wof', 'wof-la', 13292, 1885],
    ['wof/wof_mm_places.csv', 'wof', 'wof-mm', 38551, 700],
    ['wof/wof_th_places.csv', 'wof', 'wof-th', 86841, 4],
    ['wof/wof_vn_places.csv', 'wof', 'wof-vn', 41390, 485],
];

describe('public gazetteers', () => {
    for (const [file, source, name, count, leftOut] of real) {
        const path = join(process.env.DATA || '/nonexistent', file);
        const skip = !existsSync(path) && `needs DATA=FOLDER with ${file}`;
        test(file, { skip }, () => {
            const args = ['import', 'places', path, '--db', haven.db, '--source', source, '--map', map(name),
                '--retire-missing'];
            const end = leftOut > 0 ? `, left out ${leftOut}\n` : '\n';
            const first = run(...args);
            assert.equal(first.stdout + first.stderr,
                `added ${count}, updated 0, unchanged 0, retired 0, rejected 0${end}`);
            assert.equal(run(...args).stdout,
                `added 0, updated 0, unchanged ${count}, retired 0, rejected 0${end}`);
        });
    }

    test('the record is sound', () => checkRecord());
});

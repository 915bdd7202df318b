/* SPDX-License-Identifier: Apache-2.0
 *
 * services.csv into a new record, with all checks, against ogr2ogr from the same file into
 * SpatiaLite with a spatial index; in turns, as rates.
 */
import { rmSync } from 'node:fs';

import { program } from './haven.mjs';
import { alternate, figure, inWork, installed, run, seconds, short, skip, small } from './tools.mjs';

const fresh = (name) => {
    const path = inWork(name);
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
    return path;
};

export async function importing({ csv, count }) {
    const what = `import of ${short(count)} services, all checks`;
    if (!installed('ogr2ogr')) return skip(what, 'no ogr2ogr (gdal-bin)');
    const haven = () => {
        const db = fresh('import.db');
        const args = ['import', 'services', csv, '--db', db, '--source', 'bench'];
        return (
            count /
            seconds(() => {
                run(program, ['init', db]);
                run(program, args);
            })
        );
    };
    const ogr = () => {
        const db = fresh('ogr.db');
        const args = [
            ...['-f', 'SQLite', '-dsco', 'SPATIALITE=YES', '-lco', 'SPATIAL_INDEX=YES'],
            ...['-oo', 'X_POSSIBLE_NAMES=lon', '-oo', 'Y_POSSIBLE_NAMES=lat'],
            ...['-a_srs', 'EPSG:4326', db, csv],
        ];
        return count / seconds(() => run('ogr2ogr', args));
    };
    const { a, b, ratio } = await alternate(small ? 1 : 3, haven, ogr);
    fresh('import.db');
    fresh('ogr.db');
    figure({
        what,
        against: 'ogr2ogr CSV to SpatiaLite, indexed',
        ratio,
        wanted: { least: 0.7 },
        detail: `${short(a)} against ${short(b)} rows/s`,
    });
}

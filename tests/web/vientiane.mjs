/* SPDX-License-Identifier: Apache-2.0
 *
 * Two directories for tests of the map page: the demo one, and plainly made-up services in
 * and around Vientiane that bring every state of the page about. Both with the demo
 * gazetteer and a basemap of the surroundings.
 */
import { join } from 'node:path';

import { mustRun, root } from '../http/haven.mjs';

const MEKONG = join(root, 'data/mekong');
const AROUND = ['--max-zoom', '9', '--bbox', '97,9,110,22'];

const row = (id, more) => ({
    id, organization: `Made-up organization ${id}`, service: `Made-up service ${id}`,
    country: 'LA', kind: 'clinic', needs: 'health.clinic', status: 'open',
    visibility: 'exact', precision: 'exact', time_zone: 'Asia/Vientiane', ...more,
});

const ALL = { genders: 'any', age_min: 0, languages: 'lo;th;en' };

export const madeUp = [
    row('river', { lat: 17.962, lon: 102.612, phones: '+856 21 000 001', hours: '24/7',
        verified_on: '2026-05-01', ...ALL, fee: 'free', documents_required: 'none',
        'service@lo': 'ບໍລິການສົມມຸດ', 'organization@lo': 'ອົງການສົມມຸດ' }),
    row('market', { lat: 17.971, lon: 102.598, hours: 'Mo-Fr 08:00-16:00', ...ALL,
        phones: '[{"number":"+856 21 000 002","kind":"voice","languages":"lo;vi"},' +
            '{"number":"+856 20 000 003","kind":"text"},' +
            '{"number":"+856 21 000 004","kind":"fax"}]',
        interpreters: 'vi:phone:vetted', verified_on: '2026-02-11',
        accepts_children: 'male:0-11;female:0-17', nationalities: '!CN' }),
    row('garden', { lat: 17.9725, lon: 102.6, ...ALL, phones: '+856 21 000 005',
        needs: 'health.hospital;psychosocial.professional', kind: 'hospital' }),
    row('station', { lat: 18.02, lon: 102.64, phones: '+856 21 000 006', genders: 'female',
        age_min: 15, languages: 'lo', referred_by: 'police;immigration',
        contacts_authorities: 'yes' }),
    row('hill', { visibility: 'area', province: 'Vientiane Capital', precision: 'province',
        lat: 18.1, lon: 102.5, phones: '+856 21 000 007', kind: 'ngo_office', ...ALL }),
    row('silent', { lat: 17.95, lon: 102.65, kind: 'hospital', status: '' }),
    row('men', { lat: 17.964, lon: 102.605, genders: 'male', phones: '+856 21 000 008' }),
    row('far', { lat: 15.12, lon: 105.8, ...ALL, needs: 'legal.representation',
        kind: 'legal_aid', phones: '+856 31 000 009' }),
    row('voice', { kind: 'counselling', needs: 'psychosocial.professional',
        visibility: 'contact', remote: 'phone;video', covers: 'LA', ...ALL,
        phones: '+856 21 000 010', precision: '' }),
    row('nowhere', { needs: 'health.medicine', precision: '', phones: '+856 21 000 011',
        kind: 'other', ...ALL }),
    row('line', { kind: 'hotline', needs: 'information.hotline', visibility: 'contact',
        precision: '', remote: 'phone', covers: 'LA', languages: 'lo;en', hours: '24/7',
        phones: '[{"number":"1999","kind":"voice","languages":"lo;en"}]' }),
    row('hidden', { lat: 17.9661, lon: 102.6071, kind: 'shelter', needs: 'housing.shelter',
        visibility: 'staff', phones: '+856 21 999 999' }),
];

const gazetteer = (haven) =>
    mustRun('import', 'places', join(MEKONG, 'places.csv'), '--db', haven.db,
        '--source', 'mekong');

/* Options of open() in browser.mjs: the made-up directory, which cuts the basemap. */
export const MADE_UP = {
    services: madeUp,
    prepare: (haven) => {
        gazetteer(haven);
        mustRun('tiles', 'build', '--db', haven.db, ...AROUND);
    },
};

/* The demo directory, with the basemap of `other`, a site that is open. */
export const demo = (other) => ({
    args: ['--basemap', other.haven.db.replace(/db$/, 'mbtiles')],
    prepare: (haven) => {
        gazetteer(haven);
        mustRun('import', 'services', join(MEKONG, 'services.csv'), '--db', haven.db,
            '--source', 'mekong');
    },
});

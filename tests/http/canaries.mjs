/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory in which every text that tells a place or a person is a marker that stands
 * nowhere else: two services in each visibility (one with a name for the public, one
 * without), and ordinary clinics, enough of them in each district that the district is
 * published.
 *
 *   13 ┌────────┬────────┬────────┬────────┐   the gazetteer is that of gazetteer.mjs
 *      │ exact  │  area  │contact │        │   c: six clinics at their own points in each
 *      │   c c  │   c c  │  c c   │  c c   │   staff: in the second and the third
 *      │        │  staff │ staff  │        │
 *   12 └────────┴────────┴────────┴────────┘
 *     104      104.5    105     105.5     106
 */
import { outlines, places } from './gazetteer.mjs';

export const VISIBILITIES = ['exact', 'area', 'contact', 'staff'];

/* What the public may learn of a service, by its visibility. What is not named here is
 * never told to it, whatever the visibility. `under` is the name beneath a public one. */
const OPEN_TEXTS = [
    'name',
    'public_name',
    'organization',
    'organization_acronym',
    'url',
    'phone',
    'id',
    'organization_id',
];
export const POLICY = {
    exact: [...OPEN_TEXTS, 'name_km', 'public_name_km', 'organization_km', 'lat', 'lon'],
    area: [...OPEN_TEXTS, 'public_name_km'],
    contact: [...OPEN_TEXTS, 'public_name_km'],
    staff: [],
};

/* Every marker of a canary, by what it is. */
const KINDS = [
    'name',
    'name_km',
    'under',
    'under_km',
    'public_name',
    'public_name_km',
    'organization',
    'organization_km',
    'organization_acronym',
    'organization_aliases',
    'description',
    'description_km',
    'street',
    'village',
    'commune',
    'url',
    'email',
    'contact',
    'evidence',
    'source',
    'source_id',
];

const AT = {
    exact: [12.5371, 104.2613],
    area: [12.5483, 104.7359],
    contact: [12.5527, 105.2741],
    staff: [12.3619, 104.8207],
};

const word = (visibility, n, kind) => `qzw${visibility}${n}${kind.replaceAll('_', '')}`;

/* One canary: { visibility, n, marker: { kind: text }, row }. `moved` (degrees north and
 * east) is added to the point. */
export function canary(visibility, n, { moved = [0, 0], more = {} } = {}) {
    const marker = Object.fromEntries(KINDS.map((k) => [k, word(visibility, n, k)]));
    const digits = VISIBILITIES.indexOf(visibility) * 10 + n;
    const [lat, lon] = AT[visibility].map(
        (degrees, i) => degrees + (n - 1) * 0.0931 + moved[i],
    );
    Object.assign(marker, {
        phone: `7911${digits + 10}37`,
        staff_phone: `7922${digits + 10}53`,
        lat: lat.toFixed(4).slice(0, 5),
        lon: lon.toFixed(4).slice(0, 6),
    });
    const named = n % 2 === 0; /* by a name for the public */
    const [shown, beneath] = named ? ['under', 'name'] : ['name', 'under'];
    delete marker[beneath];
    delete marker[`${beneath}_km`];
    if (!named) {
        delete marker.public_name;
        delete marker.public_name_km;
    }
    const row = {
        id: marker.source_id,
        visibility,
        country: 'KH',
        needs: 'health.clinic;legal;housing.shelter',
        kind: 'counselling',
        service: marker[shown],
        'service@km': marker[`${shown}_km`],
        public_name: marker.public_name,
        'public_name@km': marker.public_name_km,
        organization: marker.organization,
        'organization@km': marker.organization_km,
        organization_acronym: marker.organization_acronym,
        organization_aliases: marker.organization_aliases,
        description: marker.description,
        'description@km': marker.description_km,
        lat: lat.toFixed(4),
        lon: lon.toFixed(4),
        precision: 'exact',
        address: `${marker.street} 9`,
        village: marker.village,
        commune: marker.commune,
        phones: JSON.stringify([
            { number: `+855 ${marker.phone}`, audience: 'public' },
            { number: `+855 ${marker.staff_phone}`, audience: 'staff' },
        ]),
        email: `${marker.email}@example.org`,
        url: `https://${marker.url}.example.org/`,
        contact: marker.contact,
        evidence: marker.evidence,
        source: marker.source,
        genders: 'female',
        age_min: 12,
        age_max: 17,
        languages: 'shn',
        forms: 'labour.fishing',
        covers: 'any',
        remote: n === 1 ? 'phone' : '',
        status: 'open',
        hours: '24/7',
        verified_on: '2026-02-03',
        ...more,
    };
    return { visibility, n, marker, row };
}

export const canaries = VISIBILITIES.flatMap((v) => [canary(v, 1), canary(v, 2)]);

/* Clinics that everybody may know, six in each district. */
export const clinics = [104.1, 104.6, 105.1, 105.6].flatMap((lon, district) =>
    Array.from({ length: 6 }, (_, i) => ({
        id: `clinic-${district}-${i}`,
        organization: `Provider ${district}${i}`,
        service: `Clinic ${district}${i}`,
        country: 'KH',
        needs: ['health.clinic', 'health.clinic;legal', 'information.hotline'][i % 3],
        kind: 'clinic',
        visibility: 'exact',
        lat: (12.2 + i / 10).toFixed(4),
        lon: (lon + i / 20).toFixed(4),
        phones: `+855 23 000 ${district}${i}0`,
        status: i % 4 ? 'open' : '',
        hours: '24/7',
    })),
);

export const directory = [...clinics, ...canaries.map((c) => c.row)];

/* For start({ prepare }). */
export function loadGazetteer(haven) {
    for (const [what, text] of [
        ['places', places],
        ['boundaries', outlines],
    ]) {
        const done = haven.gazetteer(what, text, 'gazetteer');
        if (done.status !== 0) {
            throw new Error(`${what}: ${done.stderr}`);
        }
    }
}

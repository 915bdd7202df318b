/* SPDX-License-Identifier: Apache-2.0
 *
 * Where somebody is, worked out by hand. Cambodia and Thailand are rectangles here.
 *
 *   lat 14 ┌───────────────────────┬──────────────────┐
 *          │ Ring     ┌──────┐     │ East             │
 *          │          │ Core │     │                  │    West: Ford, Mill, Ring, Core
 *     13.5 ├──────────┴┬─────┴─────┤           Hill   │    East: Shore, and Hill, which
 *          │ Ford      │ Mill      ├────────┐         │          has a point only
 *          │ Green     │  Market   │ Shore  │         │
 *       13 └───────────┴───────────┴────────┴─────────┘
 *     lon 103        103.5        104     104.5      105
 *
 * A second source draws Ford as far as 103.6. Thailand begins at 104.9. Green is a commune
 * and Tree a village, both by a point; Market is a town of West and of no district.
 */
const RING_HOLE = box(103.4, 13.6, 103.6, 13.8);

function box(west, south, east, north) {
    return [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ];
}

const place = (id, kind, parent, country, name, lat = '', lon = '') => ({
    id,
    kind,
    parent,
    country,
    code: '',
    name,
    'name@km': '',
    aliases: '',
    lat: String(lat),
    lon: String(lon),
});

const rows = [
    place('kh', 'country', '', 'KH', 'Cambodia', 13.5, 104),
    place('th', 'country', '', 'TH', 'Thailand', 13.5, 106),
    place('west', 'province', 'kh', 'KH', 'West', 13.5, 103.5),
    place('east', 'province', 'kh', 'KH', 'East', 13.5, 104.5),
    place('ford', 'district', 'west', 'KH', 'Ford', 13.25, 103.25),
    place('mill', 'district', 'west', 'KH', 'Mill', 13.25, 103.75),
    place('ring', 'district', 'west', 'KH', 'Ring', 13.9, 103.5),
    place('core', 'district', 'west', 'KH', 'Core', 13.7, 103.5),
    place('hill', 'district', 'east', 'KH', 'Hill', 13.55, 104.75),
    place('shore', 'district', 'east', 'KH', 'Shore', 13.2, 104.25),
    place('green', 'commune', 'ford', 'KH', 'Green', 13.1, 103.2),
    place('tree', 'village', 'green', 'KH', 'Tree', 13.11, 103.21),
    place('market', 'town', 'west', 'KH', 'Market', 13.2, 103.8),
];

const area = (id, level, name, ring, more) => ({
    source: 'first',
    id,
    level,
    country: 'KH',
    code: '',
    name,
    local: '',
    ring,
    ...more,
});

const areas = [
    area('kh', 0, 'Cambodia', box(103, 13, 105, 14)),
    area('th', 0, 'Thailand', box(104.9, 13, 107, 14), { country: 'TH' }),
    area('west', 1, 'West', box(103, 13, 104, 14)),
    area('east', 1, 'East', box(104, 13, 105, 14)),
    area('ford', 2, 'Ford', box(103, 13, 103.5, 13.5)),
    area('mill', 2, 'Mill', box(103.5, 13, 104, 13.5)),
    area('ring', 2, 'Ring', box(103, 13.5, 104, 14), { holes: [RING_HOLE] }),
    area('core', 2, 'Core', RING_HOLE),
    area('shore', 2, 'Shore', box(104, 13, 104.5, 13.4)),
    area('ford', 2, 'Ford', box(103, 13, 103.6, 13.5), { source: 'second' }),
];

export const GAZETTEER = { rows, areas };

const at = (lat, lon) => ({ lat, lon });
const chosen = (id) => ({ place: id });

/* Where somebody is, and what each area answers: { yes, unknown, no }. */
export const HELD = [
    ['a common edge', at(13.2, 103.5), { yes: 'Ford;Mill;West', no: 'Ring;East;Shore' }],
    ['where four meet', at(13.5, 104), { yes: 'Mill;Ring;West;East', no: 'Ford;Shore;Core' }],
    ['a hole', at(13.7, 103.5), { yes: 'Core;West', no: 'Ring;Ford' }],
    ['the edge of a hole', at(13.65, 103.4), { yes: 'Core;Ring', no: 'Mill' }],
    ['two sources', at(13.2, 103.55), { yes: 'Ford;Mill', no: 'Ring' }],
    ['one source only', at(13.2, 103.65), { yes: 'Mill', no: 'Ford' }],
    ['no outline', at(13.8, 104.7), { yes: 'East', unknown: 'Hill', no: 'Shore;Ford' }],
    ['elsewhere', at(13.2, 104.2), { yes: 'Shore', unknown: 'Hill', no: 'Mill' }],
    ['in a point', at(13.1, 103.2), { yes: 'Ford', unknown: 'Green;Tree;Market' }],
    ['not in its parent', at(13.8, 103.1), { yes: 'Ring', unknown: 'Market', no: 'Green;Tree' }],
    [
        'a country',
        chosen('kh'),
        { yes: 'KH;cambodia;Cambodia, KH', unknown: 'West;Ford;Tree;Market', no: 'TH' },
    ],
    [
        'a province',
        chosen('west'),
        { yes: 'West', unknown: 'Ford;Green;Market', no: 'East;Hill' },
    ],
    [
        'a district',
        chosen('ford'),
        { yes: 'Ford;West', unknown: 'Green;Tree', no: 'Mill;East;Hill' },
    ],
    ['a commune', chosen('green'), { yes: 'Green;Ford', unknown: 'Tree', no: 'Mill;Hill' }],
    ['a village', chosen('tree'), { yes: 'Tree;Green;Ford;West', no: 'Mill;East' }],
    ['a town of no district', chosen('market'), { yes: 'Mill;West', no: 'Ford;Shore' }],
    [
        'names',
        at(13.1, 103.2),
        {
            yes: 'FORD;ford, west;Ford, Cambodia;Ford, West, KH;any',
            unknown: 'Nowhere;Ford, East',
            no: 'Thailand;Nowhere, TH',
        },
    ],
];

const service = (id, more) => ({
    id,
    organization: `o ${id}`,
    service: id,
    country: 'KH',
    needs: 'health.clinic',
    kind: 'state_office',
    status: 'open',
    precision: 'exact',
    visibility: 'exact',
    lat: '13.5',
    lon: '103.9',
    covers: '',
    ...more,
});

const entries = HELD.flatMap(([, , levels]) => Object.values(levels)).join(';').split(';');

export const covering = (entry) => `covers ${entry}`;

export const SERVICES = [
    ...[...new Set(entries)].map((entry) => service(covering(entry), { covers: entry })),
    service('office of Mill', { needs: 'legal', covers: 'Mill', lat: '13.2', lon: '103.5005' }),
    service('office of Ford', { needs: 'legal', covers: 'Ford', lat: '13.2', lon: '103.13' }),
    service('Thai', { country: 'TH', needs: 'education', lat: '13.5', lon: '105' }),
    service('Cambodian', { needs: 'education', lat: '13.5', lon: '104.8' }),
    service('somewhere in Shore', {
        needs: 'material',
        precision: 'district',
        lat: '13.2',
        lon: '104.2',
    }),
];

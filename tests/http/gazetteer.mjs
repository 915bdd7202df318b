/* SPDX-License-Identifier: Apache-2.0
 *
 * A country for tests of places and areas, drawn over the middle of Cambodia, far from any
 * border:
 *
 *   13 ┌───────────────┬───────────────┐   provinces Westmark, Eastmark
 *      │ Ford │ Mill   │ Ford │ (Hill) │   districts; Hill has no outline
 *   12 └───────────────┴───────────────┘
 *     104    104.5    105    105.5    106
 */
export const places = `id,kind,parent,country,code,name,name@km,aliases,lat,lon
kh,country,,KH,KH,Cambodia,កម្ពុជា,,12.5,104.9
west,province,kh,KH,KH-W,Westmark,,,12.5,104.5
east,province,kh,KH,KH-E,Eastmark,,,12.5,105.5
ford,district,west,KH,,Ford,ផត,Old Ford;Foord,12.5,104.25
mill,district,west,KH,,Mill,,,12.5,104.75
east-ford,district,east,KH,,Ford,,,12.5,105.25
hill,district,east,KH,,Hill,,,12.5,105.75
market,town,mill,KH,,Market,,,,
`;

export const rectangle = (west, south, east, north) => ({
    type: 'Polygon',
    coordinates: [
        [
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ],
    ],
});

export const feature = (id, level, name, geometry, more = {}) => ({
    type: 'Feature',
    properties: { id, level, name, iso: 'KH', ...more },
    geometry,
});

export const collection = (...features) => ({ type: 'FeatureCollection', features });

export const outlines = collection(
    feature('w', 1, 'WESTMARK', rectangle(104, 12, 105, 13)),
    feature('e', 1, 'Eastmark', rectangle(105, 12, 106, 13)),
    feature('f', 2, 'Foord', rectangle(104, 12, 104.5, 13)),
    feature('m', 2, 'Mill', rectangle(104.5, 12, 105, 13)),
    feature('ef', 2, 'Ford', rectangle(105, 12, 105.5, 13)),
);

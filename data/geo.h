/* SPDX-License-Identifier: Apache-2.0
 *
 * Points on WGS 84, distances on its ellipsoid, and earth-centred coordinates.
 *
 *      ECEF chord  <=  geodesic:  the straight line never exceeds the way round
 *
 * so the chord (three multiplications) is the lower bound of every search, and poles and
 * the antimeridian need no special case.
 */
#ifndef DATA_GEO_H
#define DATA_GEO_H

#include <stdbool.h>

struct point {
    double lon; /* degrees east, -180..180 */
    double lat; /* degrees north, -90..90 */
};

/* Earth-centred, earth-fixed metres on the ellipsoid (height 0). The same place is the
 * same three numbers, also at a pole and at 180 degrees east or west. */
struct ecef {
    double x, y, z;
};

struct ecef geo_ecef(struct point p);

/* Straight distance in metres. */
double geo_chord(struct ecef a, struct ecef b);

/* Geodesic distance in metres: PROJ's geod_inverse (Karney 2013), 15 nm. */
double geo_distance(struct point a, struct point b);

/* Up to this chord, geo_distance_near() is within GEO_NEAR_ERROR of geo_distance(): the
 * worst of 240,000 random pairs is 0.21 mm (tests/unit/test_geo.c). */
#define GEO_NEAR_CHORD 380000.0
#define GEO_NEAR_ERROR 0.001

/* The geodesic of a short chord in metres: 2 R asin(chord / 2R), R the radius of curvature
 * at the middle in the direction of the chord (Euler: 1/R = cos2/M + sin2/N). */
double geo_distance_near(struct ecef a, struct ecef b);

/* The middle of the cell around `p` in a fixed grid of cells at least a kilometre high and
 * wide: what may be told of a place that is to be known to a kilometre. All that is computed
 * from it, however often, tells the cell and no more; rounding a distance would not do,
 * since where it changes from one kilometre to the next is a circle around the place. */
struct point geo_to_a_kilometre(struct point p);

#endif

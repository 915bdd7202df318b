/* SPDX-License-Identifier: Apache-2.0 */
#include "data/geo.h"

#include <geodesic.h>
#include <math.h>
#include <pthread.h>

#define WGS84_A 6378137.0
#define WGS84_F (1 / 298.257223563)

struct ecef geo_ecef(struct point p) {
    const double e2 = WGS84_F * (2 - WGS84_F);
    double lat = p.lat * M_PI / 180;
    double lon = (p.lon == -180 ? 180 : p.lon) * M_PI / 180;
    double across = fabs(p.lat) == 90 ? 0 : cos(lat);
    double n = WGS84_A / sqrt(1 - e2 * sin(lat) * sin(lat));
    return (struct ecef){n * across * cos(lon), n * across * sin(lon),
                         n * (1 - e2) * sin(lat)};
}

double geo_chord(struct ecef a, struct ecef b) {
    double x = a.x - b.x, y = a.y - b.y, z = a.z - b.z;
    return sqrt(x * x + y * y + z * z);
}

static struct geod_geodesic wgs84;
static pthread_once_t wgs84_once = PTHREAD_ONCE_INIT;

static void wgs84_init(void) {
    geod_init(&wgs84, WGS84_A, WGS84_F);
}

double geo_distance(struct point a, struct point b) {
    double metres;
    pthread_once(&wgs84_once, wgs84_init);
    geod_inverse(&wgs84, a.lat, a.lon, b.lat, b.lon, &metres, 0, 0);
    return metres;
}

double geo_distance_near(double chord) {
    const double diameter = 2 * 6367400.0;
    return diameter * asin(chord / diameter);
}

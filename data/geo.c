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

double geo_distance_near(struct ecef a, struct ecef b) {
    const double e2 = WGS84_F * (2 - WGS84_F);
    double dx = b.x - a.x, dy = b.y - a.y, dz = b.z - a.z;
    double chord2 = dx * dx + dy * dy + dz * dz;
    double mx = a.x + b.x, my = a.y + b.y, mz = (a.z + b.z) / (1 - e2);
    double across2 = mx * mx + my * my;
    if (chord2 == 0)
        return 0;
    double w = 1 - e2 * mz * mz / (across2 + mz * mz);
    double n = WGS84_A / sqrt(w), m = n * (1 - e2) / w;
    double east = dy * mx - dx * my;
    double sin2 = across2 > 0 ? east * east / (across2 * chord2) : 0;
    double curvature = (1 - sin2) / m + sin2 / n;
    return 2 / curvature * asin(sqrt(chord2) * curvature / 2);
}

#define ROWS_A_DEGREE 110.0 /* a degree of latitude has 110.57 km at least */

struct point geo_to_a_kilometre(struct point p) {
    double row = fmin(floor((p.lat + 90) * ROWS_A_DEGREE), 180 * ROWS_A_DEGREE - 1);
    double lat = (row + 0.5) / ROWS_A_DEGREE - 90;
    double columns = fmax(1, floor(360 * ROWS_A_DEGREE * cos(lat * M_PI / 180)));
    double column = fmin(floor((p.lon + 180) / 360 * columns), columns - 1);
    return (struct point){(column + 0.5) / columns * 360 - 180, lat};
}

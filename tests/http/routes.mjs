/* SPDX-License-Identifier: Apache-2.0
 *
 * Every address of the server, and the least role that may use it, as the policy says; not
 * read from the program, so that tests can compare the two. HEAD comes with GET.
 */
export const ROLES = ['public', 'partner', 'operator', 'caseworker', 'steward', 'admin'];

export const ROUTES = [
    ['GET', '/api/v1/nearest', 'public'],
    ['POST', '/api/v1/nearest', 'public'],
    ['GET', '/api/v1/services', 'public'],
    ['GET', '/api/v1/services/{id}', 'public'],
    ['GET', '/api/v1/places', 'public'],
    ['POST', '/api/v1/places', 'public'],
    ['GET', '/api/v1/places/at', 'public'],
    ['GET', '/api/v1/places/{id}', 'public'],
    ['GET', '/api/v1/vocabulary', 'public'],
    ['GET', '/api/v1/status', 'public'],
    ['GET', '/api/v1/openapi.json', 'public'],
    ['GET', '/openapi.json', 'public'],
    ['GET', '/api/v1/session', 'public'],
    ['POST', '/api/v1/session', 'public'],
    ['DELETE', '/api/v1/session', 'partner'],
    ['GET', '/api/v1/sessions', 'partner'],
    ['DELETE', '/api/v1/sessions', 'partner'],
    ['POST', '/api/v1/password', 'partner'],
    ['POST', '/api/v1/totp', 'partner'],
    ['POST', '/api/v1/totp/remove', 'partner'],
    ['GET', '/api/v1/own/services', 'partner'],
    ['POST', '/api/v1/suggestions', 'partner'],
    ['GET', '/api/v1/suggestions', 'steward'],
    ['POST', '/api/v1/suggestions/{id}', 'steward'],
    ['GET', '/api/v1/services/{id}/record', 'steward'],
    ['PATCH', '/api/v1/services/{id}/record', 'steward'],
    ['GET', '/api/v1/services/{id}/copy', 'operator'],
    ['GET', '/api/v1/services/{id}/history', 'steward'],
    ['GET', '/api/v1/runs', 'steward'],
    ['POST', '/api/v1/runs/{number}/undo', 'steward'],
    ['GET', '/api/v1/stale', 'steward'],
    ['POST', '/api/v1/imports', 'steward'],
    ['POST', '/api/v1/imports/{id}', 'steward'],
    ['DELETE', '/api/v1/imports/{id}', 'steward'],
    ['GET', '/api/v1/users', 'admin'],
    ['GET', '/api/v1/keys', 'admin'],
    ['GET', '/api/v1/audit', 'admin'],
    ['GET', '/metrics', 'admin'],
    ['GET', '/tiles/services.json', 'public'],
    ['GET', '/tiles/services/{z}/{x}/{y}.mvt', 'public'],
    ['GET', '/tiles/basemap.json', 'public'],
    ['GET', '/tiles/basemap/{z}/{x}/{y}.mvt', 'public'],
].map(([method, path, least]) => ({ method, path, least, name: `${method} ${path}` }));

/* Pages and what belongs to them: the same bytes for everybody, and nobody is asked who
 * asks. One file of each stands for the others. */
export const PAGES = [
    '/',
    '/assets/{name}',
    '/favicon.ico',
    '/favicon.svg',
    '/manifest.webmanifest',
    '/service-worker.js',
].map((path) => ({ method: 'GET', path, least: 'public', name: `GET ${path}` }));

export const mayUse = (route, role) => ROLES.indexOf(role) >= ROLES.indexOf(route.least);

/* SPDX-License-Identifier: Apache-2.0
 *
 * For pages: asks the server, and, where the line is gone, what is kept on the device.
 */
export { ApiError, services, type Failure, type PlaceQuestion } from './client';
export { findPlaces, helplines, nearest, place, service } from '../offline/fallback';
export * from './types';

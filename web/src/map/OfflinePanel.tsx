/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping the public directory of a province on the device, and deleting it: the province
 * of the place that is chosen.
 */
import { useEffect, useState } from 'preact/hooks';

import { placesAt, type Place } from '../api';
import { language } from '../i18n';
import { Keep } from '../offline';
import type { Chosen } from './draft';

/* A tenth of a degree says in which province a point is, and not where in it. */
const coarse = (degrees: number) => Math.round(degrees * 10) / 10;

/* The place that is chosen; of a point, its province where the server knows it. */
function usePlace(chosen: Chosen | null): Place | null {
  const [found, setFound] = useState<Place | null>(null);
  useEffect(() => {
    const ends = new AbortController();
    setFound(null);
    if (chosen?.kind === 'point') {
      placesAt(coarse(chosen.lat), coarse(chosen.lon), language(), ends.signal).then(
        ({ areas }) => setFound(areas.find((a) => a.kind === 'province') ?? null),
        () => undefined, /* nothing to keep then */
      );
    }
    return () => ends.abort();
  }, [chosen]);
  return chosen?.kind === 'named' ? chosen.place : found;
}

export function OfflinePanel({ place }: { place: Chosen | null }) {
  return <Keep place={usePlace(place)} />;
}

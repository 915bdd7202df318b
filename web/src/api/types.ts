/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server is asked and answers, as the public sees it (/openapi.json).
 */
export interface Point {
  lat: number;
  lon: number;
  precision: string | null;
  place?: string;
  place_name?: string;
}

export interface Phone {
  number: string;
  kind?: string | null;
  hours?: string | null;
  languages?: string[] | null;
  toll_free?: boolean | null;
  [other: string]: unknown;
}

/* As lists show a service. */
export interface Service {
  id: string;
  name: string;
  organization: string | null;
  organization_id: string | null;
  organization_acronym?: string | null;
  kind: string | null;
  sector: string | null;
  country: string;
  needs: string[];
  phones: Phone[];
  warnings: string[];
  point: Point | null;
  status: string | null;
  verified_on: string | null;
}

/* As GET /api/v1/services/{id} shows it: what its record does not state is null or absent. */
export interface ServiceDetail extends Service {
  [field: string]: unknown;
}

export type Fit = 'yes' | 'interpreter' | 'case' | 'unknown' | 'no';

export interface Found extends Service {
  distance_m?: number;
  distance_range_m?: [number, number];
  distance_from?: 'exact' | 'area' | 'rounded';
  travel?: { state: string; minutes: number; mode: string };
  fit: Record<string, Fit>;
  ask: string[];
  open?: { state: 'open' | 'closed' | 'unknown'; until?: string };
}

export interface Excluded {
  id: string;
  name: string;
  distance_m?: number;
  reasons: string[];
}

export interface CountryAnswer {
  code: string | null;
  rule: string;
  uncertain: boolean;
  candidates?: string[];
}

export interface Summary {
  considered: number;
  matched: number;
  unconfirmed: number;
  capped?: boolean;
  outcome:
    | 'found'
    | 'only_unconfirmed'
    | 'none_for_group'
    | 'none_in_range'
    | 'none_recorded'
    | 'not_published';
  reasons: Record<string, number>;
  relax: { parameter: string; found: number; nearest_m: number }[];
  instead: string[];
}

export interface NearestAnswer {
  results: Found[];
  unconfirmed: Found[];
  remote: Found[];
  unplaced: Found[];
  helplines: Found[];
  excluded: Excluded[];
  country: CountryAnswer;
  summary: Summary;
  kept_at?: string; /* not by the server: from what was kept on the device then */
}

/* The parameters of POST /api/v1/nearest that pages use. */
export interface Question {
  lat?: number;
  lon?: number;
  place?: string;
  need?: string[];
  gender?: string;
  age?: number | string;
  language?: string[];
  country?: string;
  cross_border?: boolean;
  radius_km?: number;
  open_at?: string;
  limit?: number;
  lang?: string;
}

export interface Place {
  id: string;
  name: string;
  label: string;
  label_language: string | null;
  names: Record<string, string>;
  aliases: string[];
  kind: string;
  country: string;
  admin: { level: number; id: string; name: string }[];
  point: { lat: number; lon: number };
  precision: string | null;
  score?: number;
}

export interface ServicePage {
  services: Service[];
  total: number;
  next: string | null;
}

/* RFC 9457, as the server makes them. */
export interface Problem {
  title: string;
  status: number;
  detail?: string;
  errors?: { parameter: string; detail: string }[];
}

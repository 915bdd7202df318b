/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory made to tell what of it somebody sees: one service has every column, and what
 * is published of it differs from what is recorded wherever the policy says so.
 */
import { outlines, places } from '../http/gazetteer.mjs';

export const POINT = { lat: 12.6123, lon: 104.3321 };

/* Visible to the public as an area. */
export const canary = {
    id: 'canary',
    organization: 'Canary Refuge',
    organization_acronym: 'CRF',
    organization_aliases: 'Canary Haven',
    service: 'Canary Shelter',
    public_name: '',
    description: 'long words about it',
    needs: 'health.hiv;education.literacy',
    kind: 'shelter',
    sector: 'ngo',
    ...POINT,
    precision: 'exact',
    address: 'Quince Lane 9',
    village: 'Quince',
    commune: 'Medlar',
    district: 'Ford',
    province: 'Westmark',
    country: 'KH',
    covers: 'KH',
    only_where_absent: 'plain',
    remote: 'phone',
    visibility: 'area',
    genders: 'female',
    age_min: '12',
    age_max: '30',
    ages_case: '31-33',
    forms: 'labour',
    forms_excluded: 'organ',
    case_types: 'labour_dispute',
    languages: 'km',
    interpreters: 'my:phone',
    nationalities: 'KH',
    returning_from: 'TH',
    stages: 'crisis',
    referred_by: 'self',
    official_status: 'not_required',
    residents_only: 'no',
    survivors_only: 'yes',
    serves_family: 'child',
    accepts_children: 'female:0-17',
    disability: 'visual',
    conditions: 'voluntary',
    literacy: 'none',
    requires_service: 'plain',
    documents_required: 'none',
    documents_issued: 'referral_letter',
    contacts_authorities: 'no',
    rules: '[{"genders":"male","age_max":11}]',
    status: 'open',
    capacity: '12',
    available: '3',
    available_for: 'female',
    available_at: '2026-11-01T10:00:00Z',
    stay_min_days: '1',
    stay_typical_days: '30',
    stay_max_days: '90',
    stay_max_hours: '2160',
    may_leave: 'yes',
    may_work: 'no',
    phone_allowed: 'yes',
    tied_to_case: 'yes',
    fee: 'free',
    fee_waiver: 'yes',
    transport_paid: 'yes',
    childcare: 'no',
    lodging: 'yes',
    trades: 'sewing',
    course_days: '10',
    follow_up_months: '6',
    hours: 'Mo-Fr 08:00-17:00',
    time_zone: 'Asia/Phnom_Penh',
    phones: '[{"number":"+855 10 111"},{"number":"+855 10 999","audience":"staff"}]',
    email: 'canary@example.org',
    url: 'https://example.org/c',
    contact: 'A contact person',
    refers_to: 'plain',
    source: 'a report',
    source_date: '2020',
    verified_on: '2026-02-03',
    valid_until: '2199-01-01',
    evidence: 'line 7',
    claims: '[{"column":"capacity","value":"30","source":"another report"}]',
};

export const PUBLISHED_NAME = 'Published talks';

const plain = (id, more) => ({ id, organization: `Plain ${id}`, service: `Care ${id}`, country: 'KH',
    kind: 'clinic', needs: 'health.clinic', status: 'open', visibility: 'exact', ...more });

/* Held as staff; the last one names itself to the public. */
export const services = [
    canary,
    plain('plain', { lat: 12.2, lon: 104.1 }),
    plain('second', { lat: 12.3, lon: 104.2 }),
    plain('third', { lat: 12.4, lon: 104.3, genders: 'male' }),
    plain('held', { lat: 12.5, lon: 104.2, kind: 'shelter', needs: 'housing.shelter', visibility: 'staff',
        organization: 'Canary Refuge' }),
    plain('named', { lat: 12.6, lon: 104.4, kind: 'counselling', visibility: 'area', service: 'Safe house 3',
        public_name: PUBLISHED_NAME, organization: 'Canary Refuge' }),
    /* Where it is shown at its own point, no rule on texts holds its address back as well. */
    plain('street', { lat: 12.35, lon: 104.15, organization: 'Canary Refuge', address: 'Quince Lane 11',
        village: 'Quince', commune: 'Medlar' }),
    plain('coarse', { lat: 12.55, lon: 104.25, precision: 'district', district: 'Ford', province: 'Westmark' }),
    plain('far', { lat: 12.9, lon: 105.4, needs: 'legal.information', genders: 'female' }),
    ...Array.from({ length: 1050 }, (_, i) => plain(`bulk-${i}`, { lat: 12.1, lon: 105.1,
        organization: 'Bulk', needs: 'legal.information', genders: 'male' })),
    plain('line', { kind: 'hotline', needs: 'information.hotline', covers: 'KH', remote: 'phone', visibility: 'contact' }),
    plain('post', { kind: 'other', needs: 'health.clinic', covers: 'KH', remote: 'phone', visibility: 'contact' }),
    plain('office', { kind: 'state_office', needs: 'case_management', covers: 'Westmark', lat: 12.5, lon: 104.6 }),
    plain('silent', { lat: 12.45, lon: 104.35, status: '' }),
];

export const prepare = (haven) => {
    haven.gazetteer('places', places, 'g');
    haven.gazetteer('boundaries', outlines, 'o');
};

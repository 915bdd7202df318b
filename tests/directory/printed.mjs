/* SPDX-License-Identifier: Apache-2.0
 *
 * How the documents print what the demo directory names, and the words by which a
 * reader knows that a line speaks of a need.
 */

/* Organizations, services and places: the directory's name, then other printed forms.
 * Case, accents, spaces and punctuation do not matter and need no entry. */
export const PRINTED = {
    'Acting for Women in Distressing Situations': ['AFESIP'],
    'AFESIP Laos': ['AFESIP'],
    "All-China Women's Federation": ["Women's Federation"],
    "All-China Women's Federation and NGOs": ["Women's Federation and NGOs"],
    "Cambodian Center for the Protection of Children's Rights": [
        "Cambodia Center for the Protection of Children's Rights",
        "Cambodian Center for the Protection of Children's",
        "Cambodian Centre for Protection of Children's Rights",
    ],
    "Cambodian Women's Crisis Center": ["Cambodia Women's Crisis Center"],
    'Commune Committee for Women and Children': [
        'Commune Committee on Women and Children',
        'Commune Chief',
        'Commune Council',
    ],
    'Department of Social Affairs, Veterans and Youth Rehabilitation': [
        'Departments of Social Affairs, Veterans and Youth Rehabilitation',
    ],
    'Department of Social Welfare and UNICEF': ['DSW'],
    "Department of Women's Affairs": ["Youth Rehabilitation, Women's Affairs"],
    'Cambodian League for the Promotion and Defense of Human Rights': ['LICHADO'],
    'Identification of people who come back on their own': ['self-return'],
    'Kredtrakarn Protection and Occupational Development Centre': [
        'Kredtrakarn',
        'Kredtakarn',
    ],
    "Lao Women's Union": ['LWU'],
    'Mahosot Hospital': ['Mahosot'],
    'Ministry of Foreign Affairs and International Cooperation': ['MoFA'],
    'Ministry of Labor and Social Welfare': ['Ministry of Labour and Social Welfare'],
    'Ministry of Labor and Social Welfare and International Organization for Migration': [
        'MLSW',
        'Ministry of Labor and Social Welfare',
    ],
    'Ministry of Labor, Invalids and Social Welfare': [
        'Ministry of Labour, War Invalids and Social Affairs',
    ],
    'Office of Social Affairs, Veterans and Youth Rehabilitation': [
        'Offices of Social Affairs, Veterans and Youth Rehabilitation',
        'Department of Social Affairs, Veterans and Youth Rehabilitation',
    ],
    "Office of Women's Affairs": [
        "Department of Women's Affairs",
        "Youth Rehabilitation, Women's Affairs",
    ],
    'Poipet Transit Center': ['PTC', 'Transit Center'],
    'Save the Children': ['SC', 'Save the Children United Kingdom'],
    'Shelter programmes for women and children': ['NGO shelter program'],
    'Training without a stay': ['outpatient support'],
    'Transitions Global': ['Transitions'],
    "Women's and Children's Consultative Committee": [
        "Women and Children's Consultative Committee",
        'Consultative Committee on Women and Children',
    ],
    'World Hope International': ['World Hope'],
    'World Vision Myanmar': ['World Vision', 'WV'],

    'Ou Chrov': ['OuChreu'],
    'Ou Sralau': ['OuSlor Lao'],
    'Phnum Proek': ['Phnom Proek'],
    'Bour': ['Chakrei/Bour'],
    'Sathon': ['Sathorn'],
    'Vientiane Capital': ['Vientiane'],
};

/* Names of several words of which one is too common to tell a line by. */
export const PLAIN = new Set(
    (
        'accommodation affairs after aid and assistance authority border care center ' +
        'centre centres children city commune committee community department district ' +
        'for foreign from full government group help home hospital in international ' +
        'long national of office offices on organization other package people police ' +
        'programme project provincial public return satellite service services shelter ' +
        'shelters short social stay support term the their through to training two ' +
        'unit who without with women'
    ).split(' '),
);

/* What a line must say for each need of a row: some line of its evidence must match. */
export const NEED_WORDS = {
    case_management: /case management|social worker/,
    'case_management.assessment': /assess|interview is conducted/,
    'case_management.follow_up': /follow.?up|monitor|three years/,
    'case_management.referral': /\brefer|passes|shares/,
    education: /education/,
    'education.formal': /mainstream education/,
    'education.literacy': /literacy/,
    'education.non_formal': /classes/,
    'family.assessment': /famil(y|ies).*assess|assess.*famil(y|ies)/,
    'family.tracing': /family.{0,12}trac/,
    health: /medical|health/,
    'health.checkup': /medical|check the health|health conditions/,
    'health.emergency': /urgent medical/,
    'health.hospital': /in-patient/,
    housing: /accommodation/,
    'housing.assessment_center': /assessment (center|centre|shelter)/,
    'housing.emergency': /short-term shelter|relief shelter/,
    'housing.long_term': /long-term/,
    'housing.shelter': /shelter|rehabilitation centre/,
    'housing.transit': /transit|short-term reception/,
    'information.hotline': /hotline/,
    'information.referral': /referral|introduce/,
    legal: /legal/,
    'legal.information': /legal (advice|education)/,
    livelihood: /income generation/,
    'livelihood.business_training': /micro enterprise|microenterprise/,
    'livelihood.cash': /cash/,
    'livelihood.job_placement': /job|new work|garment factory/,
    'livelihood.microfinance': /loans|credit|microfinance/,
    'livelihood.vocational': /vocational|skills|courses|training/,
    material: /material|basic necessities/,
    'material.food': /food/,
    psychosocial: /psycholog|psychosocial|psycho-social|counsel|mental/,
    'psychosocial.child': /psycho-social|mental.health|counsel/,
    'psychosocial.professional': /counsellor|psycholog/,
    'psychosocial.psychiatric': /psychiatr|mental/,
    return: /return/,
    'return.airport': /airport/,
    'return.reception': /reception|received|repatriation|arriv/,
    'return.repatriation': /repatriat|return/,
    'return.transport': /return transportation/,
    'safety.police': /police/,
};

/* The same for cells that decide who is admitted, and how long. */
export const CELL_WORDS = {
    address: /floor|sathorn/,
    capacity: /up to \d+/,
    email: /e-mail/,
    fee: /free/,
    follow_up_months: /months|year/,
    genders: /\b(fe)?males?\b|\b(wo)?men\b/,
    nationalities: /trafficked persons/,
    official_status: /official status|unentitled|identification|broader mandate/,
    phones: /^(tel|fax):/,
    rules: /boys|women and children/,
    stay_max_days: /months|years|15 days/,
    stay_max_hours: /24 hours|1 or 2 days/,
    stay_typical_days: /one week|two weeks|two months/,
    survivors_only: /trafficked persons/,
    url: /http/,
};

/* And for the kinds that a line may be cited for. */
export const KIND_WORDS = {
    hospital: /hospital/,
    shelter: /shelter|accommodation/,
};

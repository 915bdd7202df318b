/* SPDX-License-Identifier: Apache-2.0
 *
 * What the bench of places knows of names, written apart from the program that it judges:
 * folding, scripts, generic words, how far two spellings are apart, and errors of typing.
 */
const MARKS = /(?<=\p{Script=Latin})\p{M}+/gu;

/* Lower case, Latin letters without marks, no spaces, punctuation or invisible letters. Other
 * scripts keep their vowel signs: they are no marks there. */
export const fold = (text) => foldWords(text).join('');

function foldWords(text) {
    const plain = text.normalize('NFKD').toLowerCase().replace(MARKS, '').replace(/đ/g, 'd');
    return plain
        .replace(/\p{Cf}/gu, '')
        .split(/[^\p{L}\p{M}\p{N}]+/u)
        .filter((word) => word !== '');
}

/* ---- scripts ---------------------------------------------------------------------------- */

const SCRIPTS = {
    Latin: /\p{Script=Latin}/gu,
    Khmer: /\p{Script=Khmer}/gu,
    Lao: /\p{Script=Lao}/gu,
    Thai: /\p{Script=Thai}/gu,
    Burmese: /\p{Script=Myanmar}/gu,
    Han: /\p{Script=Han}/gu,
};
const SHAN = /[\u1022\u1035\u1075-\u108a\u1090-\u1099]/u;

/* The script of most of a name's letters. Shan is written in Burmese letters of its own and
 * is another language, so it is told apart. */
export function scriptOf(text) {
    const count = (pattern) => text.match(pattern)?.length ?? 0;
    const [name, most] = Object.entries(SCRIPTS)
        .map(([script, pattern]) => [script, count(pattern)])
        .reduce((a, b) => (b[1] > a[1] ? b : a));
    if (most === 0) return 'other';
    return name === 'Burmese' && SHAN.test(text) ? 'Shan' : name;
}

/* ---- generic words ------------------------------------------------------------------------ */

const BEFORE = new Set(
    ('ban baan phum phumi khum srok sangkat krong muang mueang meuang amphoe king tambon ' +
        'changwat thesaban xom thon lang ap xa huyen tinh phuong quan wan').split(' '),
);
const AFTER = new Set('district province city township village county state kun'.split(' '));
const LOCAL_BEFORE = /^(ភូមិ|ឃុំ|សង្កាត់|ស្រុក|ខណ្ឌ|ក្រុង|ខេត្ត|បាន|ບ້ານ|ເມືອງ|ແຂວງ|บ้าน|ตําบล|อําเภอ|เขต|แขวง|จังหวัด)/u;
const LOCAL_AFTER = /(မြို့နယ်|မြို့|ခရိုင်|ကျေးရွာ|ရွာ|县|縣|市|区|區|省|镇|鎮|乡|鄉)$/u;
const local = (pattern) => new RegExp(pattern.source.normalize('NFKD'), 'u');
const LOCAL = [local(LOCAL_BEFORE), local(LOCAL_AFTER)];

/* The folded name without generic words at its ends, unless nothing would be left. */
export function bare(text) {
    const words = foldWords(text);
    while (words.length > 1 && BEFORE.has(words[0])) words.shift();
    while (words.length > 1 && AFTER.has(words.at(-1))) words.pop();
    const name = words.join('');
    return LOCAL.reduce((rest, pattern) => rest.replace(pattern, '') || rest, name);
}

/* ---- how far apart ------------------------------------------------------------------------ */

/* Letters to substitute, drop, insert or swap to make one of the other. */
export function edits(a, b) {
    let before, last;
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
        [before, last, row] = [last, row, [i]];
        for (let j = 1; j <= b.length; j++) {
            const same = a[i - 1] === b[j - 1] ? 0 : 1;
            row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same);
            if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
                row[j] = Math.min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.length];
}

const SPELLING = 0.4; /* edits a letter: what is farther is another name */
const consonants = (name) => name.replace(/[aeiou]/g, '');

/* True when both spell one sound: few edits, or the same consonants. Generic words aside. */
export function sameName(one, other) {
    const [a, b] = [bare(one), bare(other)];
    if (edits(a, b) <= SPELLING * Math.max(a.length, b.length)) return true;
    return consonants(a).length >= 2 && consonants(a) === consonants(b);
}

/* ---- errors of typing --------------------------------------------------------------------- */

const KEYS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

const BESIDE = [[0, -1], [0, 1], [-1, 0], [-1, 1], [1, 0], [1, -1]]; /* rows, columns away */

/* The keys beside a letter's on an English keyboard. */
function keysBeside(letter) {
    const plain = fold(letter);
    const row = KEYS.findIndex((keys) => keys.includes(plain));
    if (row < 0) return [];
    const at = KEYS[row].indexOf(plain);
    return BESIDE.map(([rows, columns]) => KEYS[row + rows]?.[at + columns]).filter((key) => key);
}

export const ERRORS = {
    substitute: (letters, at, other) => letters.splice(at, 1, other(letters[at])),
    drop: (letters, at) => letters.splice(at, 1),
    double: (letters, at) => letters.splice(at, 0, letters[at]),
    insert: (letters, at, other) => letters.splice(at, 0, other(letters[at])),
    swap: (letters, at) => letters.splice(at, 2, letters[at + 1], letters[at]),
};

/* Where the letters of a name's own words stand: of "Ban Nong Bua" those of Nong and Bua. */
function ownLetters(name) {
    const words = [...name.matchAll(/[\p{L}\p{M}]+/gu)];
    while (words.length > 1 && BEFORE.has(fold(words[0][0]))) words.shift();
    return words.flatMap((word) => [...word[0]].map((_, i) => word.index + i));
}

export const LEAST_LETTERS = 5;
export const longEnough = (name) => ownLetters(name).length >= LEAST_LETTERS;

/* The name with one error in a letter of its own words: { text, error }. `pool` has the
 * letters of its script; Latin letters are mistaken for keys beside them. */
export function mistype(random, name, pool) {
    const nfc = name.normalize('NFC');
    const own = ownLetters(nfc);
    for (;;) {
        const error = random.pick(Object.keys(ERRORS));
        const letters = [...nfc];
        const at = random.pick(error === 'swap' ? own.filter((n) => own.includes(n + 1)) : own);
        if (at === undefined) continue; /* no two letters stand side by side */
        const other = (letter) => {
            const keys = keysBeside(letter);
            return random.pick(keys.length > 0 ? keys : pool);
        };
        ERRORS[error](letters, at, other);
        const text = letters.join('');
        if (fold(text) !== fold(nfc)) return { text, error };
    }
}

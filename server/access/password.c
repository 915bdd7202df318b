/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access/password.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "data/crypto.h"
#include "data/text.h"

#define DIFFERENT_MIN 5
#define NAME_MIN 3 /* a shorter name stands in too many good passwords */

/* Of 12 and more bytes, since shorter ones are refused anyhow. */
static const char *const common[] = {
    "1234567890ab",     "1234567890qwerty", "123456789101",
    "123456789012",     "1234567890123",    "123456789abc",
    "123456qwerty",     "123qweasdzxc",     "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u8i", "1qaz2wsx3edc",     "1qaz2wsx3edc4rfv",
    "abc123456789",     "abcd12345678",     "abcdefghijkl",
    "abcdefghijklm",    "administrator",    "adminadmin123",
    "changeme1234",     "changemenow1",     "correcthorsebatterystaple",
    "football1234",     "iloveyou1234",     "iloveyouforever",
    "letmein12345",     "monkey123456",     "p@ssw0rd1234",
    "password1234",     "password12345",    "password123456",
    "passwordpassword", "princess1234",     "q1w2e3r4t5y6",
    "qazwsxedcrfv",     "qwerty123456",     "qwerty12345678",
    "qwertyuiop12",     "qwertyuiop123",    "qwertyuiopasdfgh",
    "sunshine1234",     "trustno1trustno1", "unknown12345",
    "welcome12345",     "zaq12wsxcde3",     "zxcvbnm12345",
    "havenhavenhaven",
};

static int different_bytes(const char *s, size_t len) {
    bool seen[256] = {0};
    int count = 0;
    for (size_t i = 0; i < len; i++) {
        count += !seen[(unsigned char)s[i]];
        seen[(unsigned char)s[i]] = true;
    }
    return count;
}

static bool is_common(const char *s, size_t len) {
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strlen(common[i]) == len && strncasecmp(common[i], s, len) == 0)
            return true;
    return false;
}

static bool holds(const char *s, size_t len, const char *part) {
    size_t size = strlen(part);
    for (size_t i = 0; i + size <= len; i++)
        if (strncasecmp(s + i, part, size) == 0)
            return true;
    return false;
}

bool password_check(const char *password, size_t len, const char *name, struct error *e) {
    if (len < PASSWORD_MIN || len > PASSWORD_MAX)
        return error_set(e, ERR_USAGE, "a password has %d to %d bytes", PASSWORD_MIN,
                         PASSWORD_MAX);
    if (!text_utf8(password, len, NULL))
        return error_set(e, ERR_USAGE, "a password is UTF-8 text");
    if (strlen(name) >= NAME_MIN && holds(password, len, name))
        return error_set(e, ERR_USAGE, "the password holds the name of the account");
    if (different_bytes(password, len) < DIFFERENT_MIN)
        return error_set(e, ERR_USAGE, "a password has at least %d different characters",
                         DIFFERENT_MIN);
    return !is_common(password, len) ||
           error_set(e, ERR_USAGE,
                     "this password is one of the commonest: choose another");
}

void password_make(char out[PASSWORD_MADE_SIZE]) {
    static const char letters[] =
        "abcdefghijkmnpqrstuvwxyz23456789"; /* 32: no l, o, 0, 1 */
    uint8_t random[20];
    size_t at = 0;
    crypto_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        if (i > 0 && i % 5 == 0)
            out[at++] = '-';
        out[at++] = letters[random[i] & 31];
    }
    out[at] = '\0';
    crypto_wipe(random, sizeof random);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access/totp.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/buf.h"
#include "data/crypto.h"

#define DIGITS 6

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void) {
    if (oath_init() != OATH_OK)
        abort();
}

void totp_secret_make(uint8_t out[TOTP_SECRET_BYTES]) {
    crypto_random(out, TOTP_SECRET_BYTES);
}

/* The library's only failure here is want of memory. */
void totp_text(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_SIZE]) {
    char *text = NULL;
    size_t len = 0;
    pthread_once(&once, init);
    if (oath_base32_encode((const char *)secret, TOTP_SECRET_BYTES, &text, &len) !=
        OATH_OK)
        abort();
    snprintf(out, TOTP_TEXT_SIZE, "%s", text);
    crypto_wipe(text, len);
    free(text);
}

static void add_escaped(struct buf *b, const char *s) {
    for (; *s != '\0'; s++) {
        bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
                     (*s >= '0' && *s <= '9') || strchr("-._~", *s) != NULL;
        if (plain)
            buf_char(b, *s);
        else
            buf_printf(b, "%%%02X", (unsigned char)*s);
    }
}

void totp_uri(const uint8_t secret[TOTP_SECRET_BYTES], const char *name,
              char out[TOTP_URI_SIZE]) {
    char text[TOTP_TEXT_SIZE];
    struct buf b = {0};
    totp_text(secret, text);
    buf_str(&b, "otpauth://totp/haven:");
    add_escaped(&b, name);
    buf_printf(&b, "?secret=%s&issuer=haven&digits=%d&period=%d", text, DIGITS,
               TOTP_STEP_S);
    snprintf(out, TOTP_URI_SIZE, "%s", buf_text(&b));
    crypto_wipe(text, sizeof text);
    buf_wipe(&b);
}

/* Copies the digits; false when there are not just six, or anything but spaces beside. */
static bool read_code(const char *code, char out[DIGITS + 1]) {
    int count = 0;
    for (; *code != '\0'; code++) {
        if (*code == ' ')
            continue;
        if (*code < '0' || *code > '9' || count == DIGITS)
            return false;
        out[count++] = *code;
    }
    out[count] = '\0';
    return count == DIGITS;
}

static bool is_code(const uint8_t *secret, int64_t step, const char *given) {
    char right[DIGITS + 1];
    int done =
        oath_totp_generate((const char *)secret, TOTP_SECRET_BYTES,
                           (time_t)(step * TOTP_STEP_S), TOTP_STEP_S, 0, DIGITS, right);
    bool same = done == OATH_OK && crypto_equal(right, given, DIGITS);
    crypto_wipe(right, sizeof right);
    return same;
}

bool totp_check(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, int64_t now,
                int64_t last_step, int64_t *step) {
    char given[DIGITS + 1];
    bool found = false;
    pthread_once(&once, init);
    if (!read_code(code, given))
        return false;
    for (int64_t at = now / TOTP_STEP_S - 1; at <= now / TOTP_STEP_S + 1; at++) {
        if (!is_code(secret, at, given) || at <= last_step || found)
            continue;
        found = true;
        *step = at;
    }
    return found;
}

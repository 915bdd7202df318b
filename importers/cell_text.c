/* SPDX-License-Identifier: Apache-2.0
 *
 * Text cells: plain text, addresses of the web and of mail.
 */
#include <string.h>

#include "importers/cell_type.h"

#define ONE_LINE_BYTES 500 /* columns up to this limit hold names: no line ends */

static bool too_long(const struct column_spec *spec, struct slice text, struct error *e) {
    if (text.len <= (size_t)spec->high)
        return false;
    cell_refuse(e, text, "too long", "allowed: at most %d bytes of UTF-8, here are %zu",
                spec->high, text.len);
    return true;
}

bool cell_printable(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f)
            return false;
    return true;
}

/* Writes LF (or a space) for CRLF, CR and LF, and a space for a tab; false for any other
 * control character. */
static bool copy_lines(struct slice text, char *out, char line_end) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '\r' && i + 1 < text.len && text.at[i + 1] == '\n')
            continue;
        if ((c < 0x20 && strchr("\t\r\n", c) == NULL) || c == 0 || c == 0x7f)
            return false;
        *out++ = c == '\t' ? ' ' : c < 0x20 ? line_end : (char)c;
    }
    *out = '\0';
    return true;
}

bool cell_text(struct cell_reader *r, const struct column_spec *spec, struct slice text,
               const char **out, struct error *e) {
    if (too_long(spec, text, e))
        return false;
    char *copy = arena_strndup(&r->arena, text.at, text.len);
    *out = copy;
    if (cell_printable(text))
        return true;
    if (copy_lines(text, copy, spec->high > ONE_LINE_BYTES ? '\n' : ' '))
        return true;
    return cell_refuse(e, text, "a control character", "allowed: text");
}

/* Bytes that may stand in the host and port of an address. */
static bool host_byte(char c) {
    return (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || (c != 0 && strchr("-.:[]", c) != NULL);
}

static size_t scheme_length(struct slice text) {
    if (text.len > 7 && memcmp(text.at, "http://", 7) == 0)
        return 7;
    return text.len > 8 && memcmp(text.at, "https://", 8) == 0 ? 8 : 0;
}

static bool url_fine(struct slice text) {
    size_t start = scheme_length(text), at = start;
    for (; at < text.len && strchr("/?#", text.at[at]) == NULL; at++)
        if (!host_byte(text.at[at]))
            return false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= 0x20 || strchr("\"<>\\^`{|}\x7f", text.at[i]))
            return false;
    return start > 0 && at > start;
}

bool cell_url(struct cell_reader *r, const struct column_spec *spec, struct slice text,
              const char **out, struct error *e) {
    if (too_long(spec, text, e))
        return false;
    if (!url_fine(text))
        return cell_refuse(e, text, "not a web address",
                           "allowed: https://host/... or http://host/...");
    *out = arena_strndup(&r->arena, text.at, text.len);
    return true;
}

static bool email_fine(struct slice text) {
    const char *at = memchr(text.at, '@', text.len);
    if (at == NULL || at == text.at)
        return false;
    struct slice host = {at + 1, text.len - (size_t)(at + 1 - text.at)};
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= 0x20 || strchr(",;:<>()[]\"\\\x7f", text.at[i]))
            return false;
    const char *dot = host.len ? memchr(host.at, '.', host.len) : NULL;
    return dot != NULL && dot > host.at && host.at[host.len - 1] != '.' &&
           memchr(host.at, '@', host.len) == NULL;
}

bool cell_email(struct cell_reader *r, const struct column_spec *spec, struct slice text,
                const char **out, struct error *e) {
    if (too_long(spec, text, e))
        return false;
    if (!email_fine(text))
        return cell_refuse(e, text, "not a mail address",
                           "allowed: one name@host.domain");
    *out = arena_strndup(&r->arena, text.at, text.len);
    return true;
}

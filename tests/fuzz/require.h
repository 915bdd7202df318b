/* SPDX-License-Identifier: Apache-2.0
 *
 * What a fuzzer holds against the code: a promise that is not kept ends the program, and
 * the input is kept by libFuzzer.
 */
#ifndef TESTS_FUZZ_REQUIRE_H
#define TESTS_FUZZ_REQUIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/error.h"
#include "data/text.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* `detail` is "" where there is nothing to add. */
static inline void require(bool holds, const char *promise, const char *detail) {
    if (holds)
        return;
    fprintf(stderr, "broken: %s%s%s\n", promise, detail[0] ? ": " : "", detail);
    abort();
}

/* A refusal says why, in one line of UTF-8. */
static inline void require_reason(const struct error *e, enum err code) {
    require(e->code == code, "the code of the refusal", e->message);
    require(e->message[0] != '\0', "a refusal says why", "");
    require(text_utf8(e->message, strlen(e->message), NULL), "a reason is UTF-8",
            e->message);
    require(strpbrk(e->message, "\n\r") == NULL, "a reason is one line", e->message);
}

/* For what must work before the first input. */
static inline void set_up(bool done, const struct error *e) {
    if (done)
        return;
    fprintf(stderr, "%s (to be run from the root of the checkout)\n", e->message);
    exit(1);
}

/* A number that depends on the input alone, to choose with (FNV-1a). */
static inline uint64_t chosen_by(const uint8_t *bytes, size_t len) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

/* The next one. */
static inline uint64_t chosen_next(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that stewards uploaded and have not applied yet: kept beside the record (the only
 * folder that the server writes to), readable by the server's user alone, for an hour. A
 * restart forgets and removes them.
 */
#ifndef SERVER_API_UPLOADS_H
#define SERVER_API_UPLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/error.h"

#define UPLOADS_MAX 8           /* at once; the oldest makes room */
#define UPLOAD_SECONDS 3600     /* it is kept */
#define UPLOAD_BYTES (32 << 20) /* of a file */
#define UPLOAD_ID_BYTES 16

/* What the import is asked to do with the file. */
struct upload_plan {
    char source[201];
    bool partial, retire_missing, force;
};

struct upload {
    uint8_t id[UPLOAD_ID_BYTES];
    struct upload_plan plan;
    int64_t revision; /* of the record that the dry run saw */
    int64_t ends;     /* seconds since 1970 */
    char path[4096];
};

struct uploads;

/* Uploads beside the record at `db`; removes what an earlier server left. */
struct uploads *uploads_new(const char *db);
void uploads_free(struct uploads *u);

/* Writes `len` bytes into a new file and fills `out` but for its revision. Not yet among
 * the uploads: uploads_keep() or upload_remove() follows. */
bool upload_write(struct uploads *u, const char *bytes, size_t len, int64_t now,
                  struct upload *out, struct error *e);
void upload_remove(const struct upload *upload);

/* Keeps it until it ends. */
void uploads_keep(struct uploads *u, const struct upload *upload);

/* Takes the upload of that id out: it is the caller's, to remove. False: there is none. */
bool uploads_take(struct uploads *u, const uint8_t id[UPLOAD_ID_BYTES], int64_t now,
                  struct upload *out);

#endif

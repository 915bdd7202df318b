/* SPDX-License-Identifier: Apache-2.0 */
#include "data/share.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/vocabulary.h"

bool share_file(const char *path, const char *name, char out[SHARE_PATH_MAX],
                struct error *e) {
    int n = snprintf(out, SHARE_PATH_MAX, "%s/%s", path, name);
    if (n > 0 && n < SHARE_PATH_MAX)
        return true;
    return error_set(e, ERR_ENVIRONMENT, "the path of the program is too long");
}

bool share_open(char path[SHARE_PATH_MAX], struct error *e) {
    char vocabulary_dir[SHARE_PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, SHARE_PATH_MAX - 1);
    if (n < 0)
        return error_set(e, ERR_ENVIRONMENT, "/proc/self/exe: %m");
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL || (size_t)(slash - path) + sizeof "/share" > SHARE_PATH_MAX)
        return error_set(e, ERR_ENVIRONMENT, "the path of the program is too long");
    strcpy(slash, "/share");
    return share_file(path, "vocabulary", vocabulary_dir, e) &&
           vocabularies_load(vocabulary_dir, e);
}

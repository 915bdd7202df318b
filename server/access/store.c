/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access/store.h"

#include <pthread.h>
#include <stdlib.h>

#include "data/mem.h"

struct store {
    struct access_db *db;
    pthread_mutex_t lock;
};

struct store *store_open(const char *record_path, const char *share, struct error *e) {
    struct access_db *db = access_db_open(record_path, share, e);
    if (db == NULL)
        return NULL;
    struct store *s = xmalloc(sizeof *s);
    s->db = db;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void store_close(struct store *s) {
    if (s == NULL)
        return;
    access_db_close(s->db);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

struct access_db *store_take(struct store *s) {
    pthread_mutex_lock(&s->lock);
    return s->db;
}

void store_give(struct store *s) {
    access_db_rollback(s->db);
    pthread_mutex_unlock(&s->lock);
}

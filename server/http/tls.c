/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/tls.h"

#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/mem.h"

#define CHAIN_MAX 10       /* certificates from ours to the root */
#define FILE_MAX (1 << 20) /* bytes of a PEM file */
#define KEEP_RETIRED_S                                                                   \
    (2 * 3600) /* longer than a handshake: --request-time is at most 3600 */

const char tls_priorities[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:"
    "-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD:"
    "%SERVER_PRECEDENCE";

/* A certificate with its chain and key: not changed once handshakes may use it. */
struct credentials {
    struct credentials *older;
    int64_t retired_s; /* when a newer one came */
    unsigned count;
    gnutls_pcert_st chain[CHAIN_MAX];
    gnutls_privkey_t key;
};

/* What a look at the two files sees; all zero where there is none. */
struct stamp {
    int64_t part[2][5];
};

struct tls {
    const char *cert_file, *key_file;
    struct stamp seen;  /* at the last look */
    struct stamp tried; /* when they were last read */
    struct credentials *newest;
};

static _Atomic(struct credentials *) current;

static int64_t now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec;
}

/* ---- memory ------------------------------------------------------------------------- */

/* GnuTLS frees what it has decrypted as it is. Its memory functions are variables that a
 * program may set; ours leave nothing behind. They use the same heap: what was allocated
 * before is freed as well. */
static void wipe_and_free(void *p) {
    if (p != NULL)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

static void *wipe_and_grow(void *p, size_t size) {
    void *more = malloc(size);
    size_t had = p != NULL ? malloc_usable_size(p) : 0;
    if (more == NULL)
        return NULL;
    if (had > 0)
        memcpy(more, p, had < size ? had : size);
    wipe_and_free(p);
    return more;
}

/* ---- reading ------------------------------------------------------------------------ */

static bool check_file(const struct stat *s, const char *file, bool secret,
                       struct error *e) {
    if (!S_ISREG(s->st_mode))
        return error_set(e, ERR_USAGE, "%s is no file", file);
    if (s->st_size > FILE_MAX)
        return error_set(e, ERR_USAGE, "%s has more than %d bytes", file, FILE_MAX);
    if (secret && (s->st_mode & (S_IRWXO | S_IWGRP)))
        return error_set(
            e, ERR_USAGE,
            "%s holds a secret key, and others may use it: its mode is %04o, and "
            "0640 is the most that is allowed (chmod 640 %s)",
            file, (unsigned)s->st_mode & 07777, file);
    return true;
}

/* Reads a PEM file into memory that is the caller's to wipe and free. */
static bool read_file(const char *file, bool secret, gnutls_datum_t *out,
                      struct error *e) {
    struct stat s;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool done = fd >= 0 && fstat(fd, &s) == 0;
    if (!done)
        error_set(e, ERR_ENVIRONMENT, "%s: %m", file);
    else
        done = check_file(&s, file, secret, e);
    if (done) {
        out->data = xmalloc((size_t)s.st_size + 1);
        ssize_t n = read(fd, out->data, (size_t)s.st_size);
        out->size = n > 0 ? (unsigned)n : 0;
        done = n >= 0 || error_set(e, ERR_ENVIRONMENT, "%s: %m", file);
    }
    if (fd >= 0)
        close(fd);
    return done;
}

static bool matches(const struct credentials *c, gnutls_pubkey_t pubkey) {
    unsigned char ours[64], theirs[64];
    size_t our_size = sizeof ours, their_size = sizeof theirs;
    return gnutls_pubkey_import_privkey(pubkey, c->key, 0, 0) == 0 &&
           gnutls_pubkey_get_key_id(pubkey, GNUTLS_KEYID_USE_SHA256, ours, &our_size) ==
               0 &&
           gnutls_pubkey_get_key_id(c->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, theirs,
                                    &their_size) == 0 &&
           our_size == their_size && memcmp(ours, theirs, our_size) == 0;
}

static bool import(const struct tls *tls, struct credentials *c,
                   const gnutls_datum_t *cert, const gnutls_datum_t *key,
                   struct error *e) {
    unsigned count = CHAIN_MAX;
    gnutls_pubkey_t pubkey = NULL;
    int wrong = gnutls_pcert_list_import_x509_raw(
        c->chain, &count, cert, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);
    if (wrong != 0)
        return error_set(e, ERR_DATA, "%s holds no certificate in PEM form: %s",
                         tls->cert_file, gnutls_strerror(wrong));
    c->count = count;
    if ((wrong = gnutls_privkey_import_x509_raw(c->key, key, GNUTLS_X509_FMT_PEM, NULL,
                                                0)) != 0)
        return error_set(e, ERR_DATA,
                         "%s holds no key in PEM form without a password: %s",
                         tls->key_file, gnutls_strerror(wrong));
    bool same = gnutls_pubkey_init(&pubkey) == 0 && matches(c, pubkey);
    gnutls_pubkey_deinit(pubkey);
    return same ||
           error_set(e, ERR_DATA, "the key in %s is not that of the certificate in %s",
                     tls->key_file, tls->cert_file);
}

static void credentials_free(struct credentials *c) {
    for (unsigned i = 0; i < c->count; i++)
        gnutls_pcert_deinit(&c->chain[i]);
    gnutls_privkey_deinit(c->key);
    free(c);
}

static struct credentials *credentials_read(const struct tls *tls, struct error *e) {
    gnutls_datum_t cert = {0}, key = {0};
    struct credentials *c = xcalloc(1, sizeof *c);
    bool done = gnutls_privkey_init(&c->key) == 0 ||
                error_set(e, ERR_ENVIRONMENT, "there is no memory for a key");
    done = done && read_file(tls->cert_file, false, &cert, e) &&
           read_file(tls->key_file, true, &key, e) && import(tls, c, &cert, &key, e);
    if (key.data != NULL)
        explicit_bzero(key.data, key.size);
    free(cert.data);
    free(key.data);
    if (done)
        return c;
    credentials_free(c);
    return NULL;
}

/* ---- using -------------------------------------------------------------------------- */

/* Called at every handshake; what it gives is GnuTLS's to read until the handshake ends. */
static int retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
                    int count, const gnutls_pk_algorithm_t *algorithms,
                    int algorithm_count, gnutls_pcert_st **chain, unsigned *chain_len,
                    gnutls_privkey_t *key) {
    struct credentials *c = atomic_load_explicit(&current, memory_order_acquire);
    (void)session, (void)authorities, (void)count, (void)algorithms,
        (void)algorithm_count;
    *chain = c->chain;
    *chain_len = c->count;
    *key = c->key;
    return 0;
}

void *tls_retrieve_function(void) {
    gnutls_certificate_retrieve_function2 *function = retrieve;
    return (void *)function;
}

static void use(struct tls *tls, struct credentials *c) {
    if (tls->newest != NULL)
        tls->newest->retired_s = now_s();
    c->older = tls->newest;
    tls->newest = c;
    atomic_store_explicit(&current, c, memory_order_release);
}

/* Handshakes that began with an old one may go on; later they can't. */
static void free_retired(struct tls *tls) {
    struct credentials **at = &tls->newest->older;
    while (*at != NULL) {
        struct credentials *c = *at;
        if (c->retired_s + KEEP_RETIRED_S > now_s()) {
            at = &c->older;
        } else {
            *at = c->older;
            credentials_free(c);
        }
    }
}

static struct stamp look_at(const struct tls *tls) {
    const char *const files[2] = {tls->cert_file, tls->key_file};
    struct stamp stamp = {0};
    struct stat s;
    for (int i = 0; i < 2; i++) {
        if (stat(files[i], &s) != 0)
            continue;
        const int64_t part[5] = {(int64_t)s.st_ino, s.st_size, s.st_mtim.tv_sec,
                                 s.st_mtim.tv_nsec, s.st_mode};
        memcpy(stamp.part[i], part, sizeof part);
    }
    return stamp;
}

static bool same_stamp(const struct stamp *a, const struct stamp *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

bool tls_look(struct tls *tls, bool *renewed, struct error *e) {
    struct stamp now = look_at(tls);
    bool rested = same_stamp(&now, &tls->seen);
    *renewed = false;
    tls->seen = now;
    free_retired(tls);
    if (!rested || same_stamp(&now, &tls->tried))
        return true;
    tls->tried = now;
    struct credentials *c = credentials_read(tls, e);
    if (c == NULL)
        return false;
    use(tls, c);
    *renewed = true;
    return true;
}

struct tls *tls_open(const char *cert_file, const char *key_file, struct error *e) {
    gnutls_free = wipe_and_free;
    gnutls_realloc = wipe_and_grow;
    struct tls *tls = xcalloc(1, sizeof *tls);
    tls->cert_file = cert_file;
    tls->key_file = key_file;
    tls->seen = tls->tried = look_at(tls);
    struct credentials *c = credentials_read(tls, e);
    if (c == NULL) {
        free(tls);
        return NULL;
    }
    use(tls, c);
    return tls;
}

void tls_close(struct tls *tls) {
    if (tls == NULL)
        return;
    atomic_store(&current, NULL);
    for (struct credentials *c = tls->newest, *older; c != NULL; c = older) {
        older = c->older;
        credentials_free(c);
    }
    free(tls);
}

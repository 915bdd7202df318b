/* SPDX-License-Identifier: Apache-2.0
 *
 * haven key: keys of systems, from the command line.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "data/access/key.h"
#include "data/crypto.h"
#include "data/text.h"
#include "server/command_access.h"
#include "server/commands.h"

static const char help[] =
    "usage: haven key add    --db FILE.db --role ROLE --name NAME [--expires YYYY-MM-DD]\n"
    "                        [--organization ID]\n"
    "       haven key list   --db FILE.db\n"
    "       haven key revoke --db FILE.db --name NAME\n\n"
    "API keys, for systems: sent as `Authorization: Bearer KEY`. `add` prints the key once,\n"
    "last on the line; only its hash is kept. A running server learns of changes within a\n"
    "second. People sign in with an account: haven user.\n\n"
    "  --role ROLE          partner, operator, caseworker, steward or admin\n"
    "  --expires DAY        the last day on which the key opens anything (UTC)\n"
    "  --organization ID    whose partner it is: an organization of the record\n";

struct key_options {
    const char *db, *role, *name, *expires, *organization;
};

static int usage(void) {
    fputs(help, stderr);
    return 2;
}

static int fail(const struct error *e) {
    fprintf(stderr, "haven key: %s\n", e->message);
    return e->code;
}

static bool add(struct access_db *a, const struct key_options *o,
                const struct holder *holder, char token[KEY_TOKEN_SIZE],
                struct error *e) {
    const struct key_terms terms = {
        .name = holder->name,
        .role = holder->role,
        .expires = o->expires,
        .organization = holder->has_organization ? holder->organization : NULL};
    return access_db_begin(a, e) && key_add(a, &terms, token, e) &&
           command_audit(a, "key_add", holder->name, e) && access_db_commit(a, e);
}

static int key_add_command(const struct key_options *o) {
    struct error e = {0};
    struct holder holder;
    char token[KEY_TOKEN_SIZE];
    if (o->role == NULL || o->name == NULL)
        return usage();
    if (!command_holder(o->name, o->role, o->organization, &holder, &e))
        return fail(&e);
    struct access_db *a = command_access(o->db, &holder, &e);
    bool done = a != NULL && add(a, o, &holder, token, &e);
    access_db_close(a);
    if (!done)
        return fail(&e);
    printf("%s %s %s\n", holder.name, role_name(holder.role), token);
    crypto_wipe(token, sizeof token);
    return 0;
}

static void print_key(const struct key_info *key, void *ctx) {
    char id[37] = "";
    (void)ctx;
    if (key->organization != NULL)
        uuid_encode(key->organization, id);
    printf("%s %s %s%s%s%s%s%s\n", key->name, role_name(key->role), key->created,
           key->expires[0] != '\0' ? " expires " : "", key->expires,
           key->organization != NULL ? " organization " : "", id,
           key->revoked ? " revoked" : "");
}

static int key_list_command(const struct key_options *o) {
    struct error e = {0};
    struct access_db *a = command_access(o->db, NULL, &e);
    bool done = a != NULL && key_each(a, print_key, NULL, &e);
    access_db_close(a);
    return done ? 0 : fail(&e);
}

static int key_revoke_command(const struct key_options *o) {
    struct error e = {0};
    if (o->name == NULL)
        return usage();
    struct access_db *a = command_access(o->db, NULL, &e);
    bool done = a != NULL && access_db_begin(a, &e) && key_revoke(a, o->name, &e) &&
                command_audit(a, "key_revoke", o->name, &e) && access_db_commit(a, &e);
    access_db_close(a);
    if (!done)
        return fail(&e);
    printf("%s revoked\n", o->name);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const struct key_options *o);
} actions[] = {
    {"add", key_add_command}, {"list", key_list_command}, {"revoke", key_revoke_command}};

int command_key(int argc, char **argv) {
    static const struct option options[] = {
        {"db", required_argument, NULL, 'd'},
        {"role", required_argument, NULL, 'r'},
        {"name", required_argument, NULL, 'n'},
        {"expires", required_argument, NULL, 'e'},
        {"organization", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0}};
    struct key_options o = {0};
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (id == '?')
            return usage();
        *(id == 'd'   ? &o.db
          : id == 'r' ? &o.role
          : id == 'n' ? &o.name
          : id == 'e' ? &o.expires
                      : &o.organization) = optarg;
    }
    for (size_t i = 0; o.db != NULL && argc - optind == 1 && i < 3; i++)
        if (strcmp(actions[i].name, argv[optind]) == 0)
            return actions[i].run(&o);
    return usage();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * haven user: accounts of people, from the command line. There is no default password and
 * none in an argument, where others on the machine could read it.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "data/access/session.h"
#include "data/access/user.h"
#include "data/crypto.h"
#include "data/text.h"
#include "server/access/password.h"
#include "server/command_access.h"
#include "server/commands.h"

static const char help[] =
    "usage: haven user add     --db FILE.db --name NAME --role ROLE [--organization ID]\n"
    "                          [--password-stdin]\n"
    "       haven user reset   --db FILE.db --name NAME [--password-stdin]\n"
    "                          [--no-second-factor]\n"
    "       haven user disable --db FILE.db --name NAME\n"
    "       haven user enable  --db FILE.db --name NAME\n"
    "       haven user list    --db FILE.db\n\n"
    "Accounts of people, who sign in with a name and a password. `add` and `reset` print a\n"
    "password made by chance, once, last on the line; it has to be changed at the first\n"
    "sign-in. `reset` and `disable` end all sessions of the account. A running server learns\n"
    "of changes within a second.\n\n"
    "  --role ROLE          partner, operator, caseworker, steward or admin\n"
    "  --organization ID    whose partner it is: an organization of the record\n"
    "  --password-stdin     read the password from standard input: one line\n"
    "  --no-second-factor   take the second factor away, when the telephone is lost\n";

struct user_options {
    const char *db, *name, *role, *organization;
    bool password_stdin, no_second_factor;
};

static int usage(void) {
    fputs(help, stderr);
    return 2;
}

static int fail(const struct error *e) {
    fprintf(stderr, "haven user: %s\n", e->message);
    return e->code;
}

/* ---- passwords ----------------------------------------------------------------------- */

struct new_password {
    char text[PASSWORD_MAX + 3]; /* a line: CR, LF and NUL too */
    char hash[CRYPTO_PASSWORD_SIZE];
    bool made; /* by chance: it is shown, and changed at the first sign-in */
};

/* One line. A longer one keeps its first bytes, so that its length is refused. */
static bool password_read(struct new_password *p, struct error *e) {
    if (fgets(p->text, sizeof p->text, stdin) == NULL)
        return error_set(e, ERR_USAGE, "--password-stdin: standard input is empty");
    p->text[strcspn(p->text, "\r\n")] = '\0';
    return true;
}

static bool password_get(struct new_password *p, const struct user_options *o,
                         struct error *e) {
    p->made = !o->password_stdin;
    if (p->made)
        password_make(p->text);
    else if (!password_read(p, e))
        return false;
    return password_check(p->text, strlen(p->text), o->name, e) &&
           crypto_password_hash(p->text, strlen(p->text), p->hash, e);
}

static void say(const struct holder *holder, const struct new_password *p) {
    printf("%s %s%s%s\n", holder->name, role_name(holder->role), p->made ? " " : "",
           p->made ? p->text : "");
}

/* ---- add, reset ---------------------------------------------------------------------- */

static bool add(const struct user_options *o, struct user *user, struct new_password *p,
                struct error *e) {
    if (!command_holder(o->name, o->role, o->organization, &user->holder, e) ||
        !password_get(p, o, e))
        return false;
    memcpy(user->password, p->hash, sizeof user->password);
    user->must_change = p->made;
    struct access_db *a = command_access(o->db, &user->holder, e);
    bool done = a != NULL && access_db_begin(a, e) && user_add(a, user, e) &&
                command_audit(a, "user_add", user->holder.name, e) &&
                access_db_commit(a, e);
    access_db_close(a);
    return done;
}

static int user_add_command(const struct user_options *o) {
    struct error e = {0};
    struct user user = {0};
    struct new_password p = {0};
    if (o->role == NULL || o->name == NULL || o->no_second_factor)
        return usage();
    bool done = add(o, &user, &p, &e);
    if (done)
        say(&user.holder, &p);
    crypto_wipe(&p, sizeof p);
    return done ? 0 : fail(&e);
}

static bool find(struct access_db *a, const char *name, struct user *out,
                 struct error *e) {
    int got = user_find(a, name, out, e);
    return got == 1 ||
           (got == 0 && error_set(e, ERR_DATA, "no account is called \"%.100s\"", name));
}

static bool reset(struct access_db *a, const struct user_options *o,
                  const struct new_password *p, struct user *user, struct error *e) {
    return access_db_begin(a, e) && find(a, o->name, user, e) &&
           user_set_password(a, user->id, p->hash, p->made, e) &&
           session_delete_user(a, user->id, NULL, e) &&
           (!o->no_second_factor || user_set_totp(a, user->id, NULL, 0, e)) &&
           command_audit(a, "user_reset", user->holder.name, e) && access_db_commit(a, e);
}

static int user_reset_command(const struct user_options *o) {
    struct error e = {0};
    struct user user = {0};
    struct new_password p = {0};
    if (o->name == NULL || o->role != NULL || o->organization != NULL)
        return usage();
    struct access_db *a =
        password_get(&p, o, &e) ? command_access(o->db, NULL, &e) : NULL;
    bool done = a != NULL && reset(a, o, &p, &user, &e);
    access_db_close(a);
    if (done)
        say(&user.holder, &p);
    crypto_wipe(&p, sizeof p);
    crypto_wipe(&user, sizeof user);
    return done ? 0 : fail(&e);
}

/* ---- disable, enable ----------------------------------------------------------------- */

static bool set_disabled(struct access_db *a, const char *name, bool disabled,
                         struct user *user, struct error *e) {
    return access_db_begin(a, e) && find(a, name, user, e) &&
           user_set_disabled(a, user->id, disabled, e) &&
           session_delete_user(a, user->id, NULL, e) &&
           command_audit(a, disabled ? "user_disable" : "user_enable", user->holder.name,
                         e) &&
           access_db_commit(a, e);
}

static int switch_command(const struct user_options *o, bool disabled) {
    struct error e = {0};
    struct user user = {0};
    if (o->name == NULL || o->role != NULL || o->organization != NULL ||
        o->password_stdin || o->no_second_factor)
        return usage();
    struct access_db *a = command_access(o->db, NULL, &e);
    bool done = a != NULL && set_disabled(a, o->name, disabled, &user, &e);
    access_db_close(a);
    if (done)
        printf("%s %s\n", user.holder.name, disabled ? "disabled" : "enabled");
    crypto_wipe(&user, sizeof user);
    return done ? 0 : fail(&e);
}

static int user_disable_command(const struct user_options *o) {
    return switch_command(o, true);
}

static int user_enable_command(const struct user_options *o) {
    return switch_command(o, false);
}

/* ---- list ---------------------------------------------------------------------------- */

static void print_user(const struct user *user, void *ctx) {
    const struct holder *h = &user->holder;
    char id[37] = "";
    (void)ctx;
    if (h->has_organization)
        uuid_encode(h->organization, id);
    printf("%s %s %s %s %s%s%s\n", h->name, role_name(h->role), user->created,
           user->disabled      ? "disabled"
           : user->must_change ? "must-change-password"
                               : "active",
           user->has_totp ? "second-factor" : "no-second-factor",
           h->has_organization ? " organization " : "", id);
}

static int user_list_command(const struct user_options *o) {
    struct error e = {0};
    struct access_db *a = command_access(o->db, NULL, &e);
    bool done = a != NULL && user_each(a, print_user, NULL, &e);
    access_db_close(a);
    return done ? 0 : fail(&e);
}

/* ---- the command --------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(const struct user_options *o);
} actions[] = {
    {"add", user_add_command},         {"reset", user_reset_command},
    {"disable", user_disable_command}, {"enable", user_enable_command},
    {"list", user_list_command},
};

static bool set_option(struct user_options *o, int id, const char *value) {
    switch (id) {
    case 'd':
        o->db = value;
        return true;
    case 'n':
        o->name = value;
        return true;
    case 'r':
        o->role = value;
        return true;
    case 'o':
        o->organization = value;
        return true;
    case 'p':
        return o->password_stdin = true;
    case 's':
        return o->no_second_factor = true;
    default:
        return false;
    }
}

int command_user(int argc, char **argv) {
    static const struct option options[] = {
        {"db", required_argument, NULL, 'd'},
        {"name", required_argument, NULL, 'n'},
        {"role", required_argument, NULL, 'r'},
        {"organization", required_argument, NULL, 'o'},
        {"password-stdin", no_argument, NULL, 'p'},
        {"no-second-factor", no_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {0}};
    struct user_options o = {0};
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (!set_option(&o, id, optarg))
            return usage();
    }
    for (size_t i = 0;
         o.db != NULL && argc - optind == 1 && i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, argv[optind]) == 0)
            return actions[i].run(&o);
    return usage();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The program that runs itself: this test is that program, and plays a part when it is
 * started with one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/api/child.h"

extern char **environ;

static struct error err;
static struct buf said;
static int code;

/* ---- parts of the child ------------------------------------------------------------- */

static int part_speak(char **argv) {
    printf("on standard output\n");
    fprintf(stderr, "%s|%s\n", argv[2], argv[3]);
    return 7;
}

/* What a process is born with, a line each. */
static int part_born(char **argv) {
    sigset_t blocked;
    int parent_signal = 0, open_count = 0, handled = 0;
    (void)argv;
    for (int fd = 3; fd < 1024; fd++)
        open_count += fcntl(fd, F_GETFD) >= 0;
    for (char **word = environ; *word != NULL; word++)
        fprintf(stderr, "env %s\n", *word);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigismember(&blocked, number) == 1)
            fprintf(stderr, "blocked %d\n", number);
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            handled++;
    }
    prctl(PR_GET_PDEATHSIG, &parent_signal);
    fprintf(stderr, "open %d ignored %d input %d dies %d leads %d tty %d\n", open_count,
            handled, getchar(), parent_signal == SIGKILL, getsid(0) == getpid(),
            open("/dev/tty", O_RDWR) >= 0);
    return 0;
}

static int part_flood(char **argv) {
    char line[1000];
    (void)argv;
    memset(line, 'x', sizeof line);
    for (int i = 0; i < 2000; i++)
        fwrite(line, 1, sizeof line, stderr);
    return 3;
}

static int part_endless(char **argv) {
    char line[4096];
    (void)argv;
    memset(line, 'x', sizeof line);
    while (fwrite(line, 1, sizeof line, stderr) > 0)
        ;
    return 0;
}

static int part_sleep(char **argv) {
    fprintf(stderr, "%d\n", (int)getpid());
    if (argv[2] != NULL && strcmp(argv[2], "silent") == 0)
        fclose(stderr);
    while (pause() < 0)
        ;
    return 0;
}

/* Leaves a process behind that holds standard error. */
static int part_leave(char **argv) {
    pid_t pid = fork();
    if (pid == 0)
        return part_sleep((char *[]){argv[0], argv[1], NULL, NULL});
    fprintf(stderr, "left %d\n", (int)pid);
    return 0;
}

static int part_crash(char **argv) {
    (void)argv;
    raise(SIGKILL);
    return 0;
}

static int part_copy(char **argv) {
    (void)argv;
    for (int c; (c = getchar()) != EOF;)
        fputc(c, stderr);
    return 0;
}

/* Starts a child, and is killed itself while it waits. */
static int part_parent(char **argv) {
    const char *const words[] = {"haven", "sleep", NULL};
    (void)argv;
    struct buf out = {0};
    int got;
    child_run(words, -1, 60, &out, &got, &err);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(char **argv);
} parts[] = {
    {"speak", part_speak}, {"born", part_born},     {"flood", part_flood},
    {"sleep", part_sleep}, {"leave", part_leave},   {"crash", part_crash},
    {"copy", part_copy},   {"parent", part_parent}, {"endless", part_endless},
};

/* ---- tests ---------------------------------------------------------------------------- */

static bool run(int in, int timeout_s, const char *a, const char *b, const char *c) {
    const char *const argv[] = {"haven", a, b, c, NULL};
    said.len = 0;
    code = -2;
    err = (struct error){0};
    return child_run(argv, in, timeout_s, &said, &code, &err);
}

/* Whether the process is gone, at the latest after some seconds. */
static bool gone(pid_t pid) {
    const struct timespec pause_10_ms = {0, 10 * 1000000L};
    for (int i = 0; i < 500; i++) {
        char path[40], state = 'x';
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%*d %*s %c", &state) != 1)
            state = 'X';
        if (f != NULL)
            fclose(f);
        if (state == 'X' || state == 'Z')
            return true;
        nanosleep(&pause_10_ms, NULL);
    }
    return false;
}

static void it_hears_and_answers(void **state) {
    (void)state;
    assert_true(run(-1, 20, "speak", "one word", "\"; rm -rf $HOME"));
    assert_int_equal(code, 7);
    assert_string_equal(buf_text(&said), "one word|\"; rm -rf $HOME\n");
}

static void it_inherits_nothing(void **state) {
    (void)state;
    sigset_t blocked, before;
    int extra = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    setenv("HAVEN_TEST_SECRET", "s", 1);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    assert_true(run(-1, 20, "born", NULL, NULL));
    signal(SIGPIPE, SIG_DFL);
    sigset_t now;
    sigprocmask(SIG_SETMASK, &before, &now);
    assert_int_equal(sigismember(&now, SIGTERM), 1); /* the parent's own is as it was */
    assert_int_equal(sigismember(&now, SIGUSR1), 0);
    close(extra);
    assert_int_equal(code, 0);
    assert_string_equal(buf_text(&said),
                        "env PATH=/usr/bin:/bin\nenv LC_ALL=C.UTF-8\n"
                        "open 0 ignored 0 input -1 dies 1 leads 1 tty 0\n");
}

static void it_reads_what_it_is_given(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    close(ends[1]);
    assert_true(run(ends[0], 20, "copy", NULL, NULL));
    assert_string_equal(buf_text(&said), "abc");
    close(ends[0]);
}

static void what_it_says_is_bounded(void **state) {
    (void)state;
    assert_true(run(-1, 60, "flood", NULL, NULL));
    assert_int_equal(code, 3);
    assert_int_equal(said.len, CHILD_OUTPUT_MAX);
}

static void it_is_stopped_in_time(void **state) {
    (void)state;
    const char *const silent[] = {NULL, "silent"};
    for (size_t i = 0; i < 2; i++) {
        time_t before = time(NULL);
        assert_false(run(-1, 1, "sleep", silent[i], NULL));
        assert_in_range(time(NULL) - before, 1, 10);
        assert_int_equal(code, -1);
        assert_int_equal(err.code, ERR_ENVIRONMENT);
        assert_non_null(strstr(err.message, "after 1 seconds"));
        assert_true(gone((pid_t)atoi(buf_text(&said))));
    }
    assert_false(run(-1, 1, "endless", NULL, NULL));
    assert_non_null(strstr(err.message, "after 1 seconds"));
    assert_int_equal(said.len, CHILD_OUTPUT_MAX);
}

static void a_signal_is_told(void **state) {
    (void)state;
    assert_false(run(-1, 20, "crash", NULL, NULL));
    assert_non_null(strstr(err.message, "signal 9"));
    assert_int_equal(code, -1);
}

static void what_it_leaves_behind_is_ended(void **state) {
    (void)state;
    time_t before = time(NULL);
    assert_true(run(-1, 30, "leave", NULL, NULL));
    assert_in_range(time(NULL) - before, 0, 10);
    const char *left = strstr(buf_text(&said), "left ");
    assert_non_null(left);
    assert_true(gone((pid_t)atoi(left + strlen("left "))));
}

/* As the server does it: no core dumps, and nobody may look at its memory. */
static void it_runs_when_the_parent_is_not_dumpable(void **state) {
    (void)state;
    const struct rlimit none = {0, 0};
    pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &none);
        prctl(PR_SET_DUMPABLE, 0);
        bool right = run(-1, 20, "speak", "a", "b") && code == 7;
        _exit(right ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Each has its own output, and ends when its own child ends. */
static void *run_apart(void *ctx) {
    const char *const argv[] = {"haven", "speak", ctx, "-", NULL};
    const char *const slow[] = {"haven", "sleep", NULL};
    char wanted[40];
    snprintf(wanted, sizeof wanted, "%s|-\n", (const char *)ctx);
    struct error e = {0};
    struct buf out = {0};
    int got;
    bool right = true;
    if (strcmp(ctx, "slow") == 0)
        right = !child_run(slow, -1, 2, &out, &got, &e);
    for (int i = 0; i < 20 && strcmp(ctx, "slow") != 0; i++) {
        out.len = 0;
        right = right && child_run(argv, -1, 20, &out, &got, &e) && got == 7 &&
                strcmp(buf_text(&out), wanted) == 0;
    }
    buf_free(&out);
    return right ? ctx : NULL;
}

static void several_run_at_once(void **state) {
    (void)state;
    char names[][8] = {"slow", "a", "b", "c"};
    pthread_t thread[4];
    void *result;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, run_apart, names[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(thread[i], &result), 0);
        assert_non_null(result);
    }
}

/* test -> parent -> sleep; the parent is killed. */
static void it_dies_with_its_parent(void **state) {
    (void)state;
    int child = 0;
    pid_t pid = fork();
    if (pid == 0) {
        char *const argv[] = {(char[]){"haven"}, (char[]){"parent"}, NULL};
        execv("/proc/self/exe", argv);
        _exit(127);
    }
    char path[60];
    const struct timespec pause_10_ms = {0, 10 * 1000000L};
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    for (int i = 0; i < 1000 && child == 0; i++) {
        FILE *f = fopen(path, "r");
        if (f != NULL && fscanf(f, "%d", &child) != 1)
            child = 0;
        if (f != NULL)
            fclose(f);
        nanosleep(&pause_10_ms, NULL);
    }
    assert_int_not_equal(child, 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_true(gone(child));
}

int main(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++)
        if (strcmp(argv[1], parts[i].name) == 0)
            return parts[i].run(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_hears_and_answers),
        cmocka_unit_test(it_inherits_nothing),
        cmocka_unit_test(it_reads_what_it_is_given),
        cmocka_unit_test(what_it_says_is_bounded),
        cmocka_unit_test(it_is_stopped_in_time),
        cmocka_unit_test(a_signal_is_told),
        cmocka_unit_test(what_it_leaves_behind_is_ended),
        cmocka_unit_test(it_runs_when_the_parent_is_not_dumpable),
        cmocka_unit_test(several_run_at_once),
        cmocka_unit_test(it_dies_with_its_parent),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&said);
    return failed;
}

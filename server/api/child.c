/* SPDX-License-Identifier: Apache-2.0
 *
 * Started by vfork(), as posix_spawn() does it, and not by that: it cannot ask the kernel to
 * kill the child with its parent. PR_SET_PDEATHSIG is of the thread that starts the child,
 * which is right here, since that thread waits for it. Between vfork() and execve() the child
 * has the parent's memory, so that it does nothing but system calls; no signal can reach it
 * there before its handlers are the default ones.
 */
#include "server/api/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 20 /* how soon the end of a child is seen that closed its output before */
#define READS_A_LOOK 64 /* so that who writes without end meets the time limit too */

/* The program as it runs, even when its file was replaced since. A process may follow this
 * link of its own also when it is not dumpable. */
static const char program[] = "/proc/self/exe";

/* Nothing of the server's: it may hold secrets. */
static char *const environment[] = {(char[]){"PATH=/usr/bin:/bin"},
                                    (char[]){"LC_ALL=C.UTF-8"}, NULL};

struct child {
    char *const *argv;
    int in, nothing, out; /* descriptors above 2; `in` or -1 */
    pid_t parent, pid;
    volatile int failed; /* errno of what the child could not do */
};

/* ---- the child -------------------------------------------------------------------- */

/* What the server ignores or handles, it shall meet as any program does. */
static void default_signals(void) {
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &by_default, NULL); /* some cannot be set, and stand already */
}

static bool own_descriptors(const struct child *c) {
    bool ok = dup2(c->in >= 0 ? c->in : c->nothing, STDIN_FILENO) >= 0 &&
              dup2(c->nothing, STDOUT_FILENO) >= 0 && dup2(c->out, STDERR_FILENO) >= 0;
    if (ok)
        closefrom(STDERR_FILENO + 1);
    return ok;
}

__attribute__((noreturn, noinline)) static void child(struct child *c) {
    sigset_t none;
    default_signals();
    sigemptyset(&none);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && setsid() >= 0 && own_descriptors(c) &&
        getppid() == c->parent && sigprocmask(SIG_SETMASK, &none, NULL) == 0)
        execve(program, c->argv, environment);
    c->failed = errno != 0 ? errno : ECHILD;
    _exit(127);
}

/* ---- starting ---------------------------------------------------------------------- */

static bool start(struct child *c, struct error *e) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    c->parent = getpid();
    c->pid = vfork();
    if (c->pid == 0)
        child(c);
    int why = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (c->pid > 0 && c->failed == 0)
        return true;
    if (c->pid > 0)
        waitpid(c->pid, NULL, 0);
    return error_set(e, ERR_ENVIRONMENT, "the program cannot be run again: %s",
                     strerror(c->pid > 0 ? c->failed : why));
}

/* A descriptor above those of standard input and output, closed by exec. */
static int above_standard(int fd) {
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return higher;
}

static bool open_ends(int ends[2], int *nothing, struct error *e) {
    ends[0] = ends[1] = -1;
    *nothing = above_standard(open("/dev/null", O_RDWR | O_CLOEXEC));
    bool ok = *nothing >= 0 && pipe2(ends, O_CLOEXEC) == 0;
    ends[0] = above_standard(ends[0]);
    ends[1] = above_standard(ends[1]);
    ok = ok && ends[0] >= 0 && ends[1] >= 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
    return ok || error_set(e, ERR_ENVIRONMENT, "no pipe to run the program again: %s",
                           strerror(errno));
}

static void close_end(int fd) {
    if (fd >= 0)
        close(fd);
}

/* ---- waiting ------------------------------------------------------------------------ */

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes what there is; what is too much is dropped, so that the child never waits for a
 * reader. False: there will be no more. */
static bool drain(int from, struct buf *out, size_t *taken) {
    char bytes[4096];
    ssize_t got = 1;
    for (int i = 0; i < READS_A_LOOK && (got = read(from, bytes, sizeof bytes)) > 0;
         i++) {
        size_t room = CHILD_OUTPUT_MAX - *taken;
        size_t len = (size_t)got < room ? (size_t)got : room;
        buf_add(out, bytes, len);
        *taken += len;
    }
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* It is left unreaped, so that its number stays its own until its group is killed. */
static bool has_ended(const struct child *c) {
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid != 0;
}

/* Until it has ended; false: its time is over. */
static bool wait_for(const struct child *c, int from, int64_t end_ms, struct buf *out) {
    size_t taken = 0;
    bool more = true;
    for (;;) {
        struct pollfd source = {.fd = more ? from : -1, .events = POLLIN};
        bool ended = has_ended(c);
        if (more)
            more = drain(from, out, &taken); /* what it said last, too */
        if (ended || now_ms() >= end_ms)
            return ended;
        poll(&source, 1, LOOK_MS);
    }
}

/* Ends what still runs of it, and says how it ended itself. */
static bool reap(const struct child *c, bool in_time, int timeout_s, int *exit_code,
                 struct error *e) {
    int status;
    kill(-c->pid, SIGKILL);
    if (waitpid(c->pid, &status, 0) != c->pid)
        return error_set(e, ERR_ENVIRONMENT, "what ran cannot be waited for: %s",
                         strerror(errno));
    if (!in_time)
        return error_set(e, ERR_ENVIRONMENT,
                         "it was not done after %d seconds, and was stopped", timeout_s);
    if (!WIFEXITED(status))
        return error_set(e, ERR_ENVIRONMENT, "it was stopped by signal %d (%s)",
                         WTERMSIG(status), strsignal(WTERMSIG(status)));
    *exit_code = WEXITSTATUS(status);
    return true;
}

bool child_run(const char *const argv[], int in, int timeout_s, struct buf *out_stderr,
               int *exit_code, struct error *e) {
    union { /* execve() takes what it does not change as if it could */
        const char *const *given;
        char *const *taken;
    } words = {.given = argv};
    struct child c = {.argv = words.taken, .in = in};
    int ends[2];
    *exit_code = -1;
    bool ok = open_ends(ends, &c.nothing, e);
    c.out = ends[1];
    int64_t end_ms = now_ms() + (int64_t)timeout_s * 1000;
    ok = ok && start(&c, e);
    close_end(ends[1]);
    if (ok) {
        bool in_time = wait_for(&c, ends[0], end_ms, out_stderr);
        ok = reap(&c, in_time, timeout_s, exit_code, e);
    }
    close_end(ends[0]);
    close_end(c.nothing);
    return ok;
}

/* How a good runtime runs a process: each has a folder of its own with `labels`, `pid`, `log`, and `end` once it has
 * ended. A keeper, forked with it, waits for it and writes that; so any instance of any process finds the same. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nap(long ms) {
  const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&pause, NULL);
}
static int64_t now_us(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Files of a workload. */
static char* path_of(const char* dir, const char* handle, const char* name) {
  char* path = NULL;
  return asprintf(&path, "%s/%s/%s", dir, handle, name) < 0 ? NULL : path;
}
static void write_whole(const char* dir, const char* handle, const char* name, const void* data, size_t size) {
  char* path = path_of(dir, handle, name);
  char fresh[4096];
  snprintf(fresh, sizeof fresh, "%s.new", path);
  FILE* file = fopen(fresh, "we");
  if (file != NULL) fwrite(data, 1, size, file);
  if (file != NULL) fclose(file);
  rename(fresh, path); /* whole or not at all */
  free(path);
}
/* To be freed; null when there is no such file. */
static char* read_whole(const char* dir, const char* handle, const char* name, size_t* size) {
  char* path = path_of(dir, handle, name);
  FILE* file = fopen(path, "re");
  free(path);
  struct stat facts;
  if (file == NULL || fstat(fileno(file), &facts) != 0) return NULL;
  char* data = malloc((size_t)facts.st_size + 1);
  *size = fread(data, 1, (size_t)facts.st_size, file);
  data[*size] = 0;
  fclose(file);
  return data;
}
static void remove_files(const char* dir, const char* handle) {
  static const char* const names[] = {"pid", "labels", "log", "end", "told", "."};
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    char* path = path_of(dir, handle, names[i]);
    if (names[i][0] == '.') path[strlen(path) - 2] = 0;
    remove(path);
    free(path);
  }
}

/* What the keeper of a workload does: it waits for its end, ends what is left of it, and writes down how it went. */
#ifndef EXIT_CODE
#define EXIT_CODE(info) ((info).si_status)
#endif
#ifndef SIGNAL
#define SIGNAL(info) ((info).si_status)
#endif
#ifndef ENDED_US
#define ENDED_US now_us(CLOCK_REALTIME)
#endif
#ifndef AWAIT
#define AWAIT(pid, info) waitid(P_PID, (id_t)(pid), &(info), WEXITED | WNOWAIT)
#endif
#ifndef WHOLE
#define WHOLE(pid) (-(pid)) /* its children too */
#endif
static void keep(const char* dir, const char* handle, pid_t pid) {
  siginfo_t info;
  AWAIT(pid, info);
  kill(WHOLE(pid), SIGKILL);
  char text[128];
  const int code = info.si_code == CLD_EXITED;
  const int size = snprintf(
      text, sizeof text,
      code ? "\"exit_code\":%d,\"signal\":0,\"ended_us\":%lld" : "\"exit_code\":null,\"signal\":%d,\"ended_us\":%lld",
      code ? EXIT_CODE(info) : SIGNAL(info), (long long)ENDED_US);
  write_whole(dir, handle, "end", text, (size_t)size); /* before its number may be another's */
  waitpid(pid, NULL, 0);
}

struct plan {
  char** argv;
  char** env;
  char* directory;
};
#ifndef LOG_OF
#define LOG_OF(stream, log) (log)
#endif
#ifndef DIRECTORY
#define DIRECTORY(plan) ((plan)->directory != NULL ? (plan)->directory : "/")
#endif
/* Tells its pid, and what went wrong; that the pipe ends is the program's beginning. */
static void become(const struct plan* plan, int log, int told) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setpgid(0, 0);
  const pid_t pid = getpid();
  (void)!write(told, &pid, sizeof pid);
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
  dup2(LOG_OF(1, log), 1);
  dup2(LOG_OF(2, log), 2);
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (chdir(DIRECTORY(plan)) == 0) execvpe(plan->argv[0], plan->argv, plan->env);
  (void)!write(told, &errno, sizeof errno);
  _exit(127);
}
/* The keeper is nobody's child, and has nothing of the controller. */
static void fork_keeper(const char* dir, const char* handle, const struct plan* plan, int told) {
  if (fork() != 0) _exit(0);
  setsid();
  char* path = path_of(dir, handle, "log");
  const int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t pid = fork();
  if (pid == 0) become(plan, log, told);
  close_range(0, ~0U, 0);
  keep(dir, handle, pid);
  _exit(0);
}
#ifndef PROGRAM_STARTED
#define PROGRAM_STARTED(size) ((size) == 0)
#endif
/* The pid, or 0 with errno. */
static pid_t launch(const char* dir, const char* handle, const struct plan* plan) {
  int told[2];
  if (pipe2(told, O_CLOEXEC) != 0) return 0;
  const pid_t between = fork();
  if (between == 0) fork_keeper(dir, handle, plan, told[1]);
  close(told[1]);
  if (between > 0) waitpid(between, NULL, 0);
  pid_t pid = 0;
  int error = EAGAIN;
  if (read(told[0], &pid, sizeof pid) != sizeof pid || !PROGRAM_STARTED(read(told[0], &error, sizeof error))) pid = 0;
  close(told[0]);
  errno = error;
  return pid;
}

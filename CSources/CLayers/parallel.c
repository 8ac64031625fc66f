#include "kernels.h"

typedef struct work {
  cl_member_task *task;
  const void *context;
  int64_t count;
} work;

#ifdef __linux__
/* oneDNN's team is libgomp's; the compiler that builds this file may have another OpenMP of its own,
 * so the team is entered by libgomp's function. */
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_max_threads(void);
extern int omp_get_num_procs(void);

static void run_share(void *data) {
  const work *w = data;
  int64_t team = omp_get_num_threads(), member = omp_get_thread_num();
  for (int64_t i = w->count * member / team; i < w->count * (member + 1) / team; i++)
    w->task(w->context, i, member);
}

static int64_t team_size(void) { return omp_get_max_threads(); }
#else
static int64_t team_size(void) { return 1; }
#endif

int64_t cl_processors(void) {
#ifdef __linux__
  return omp_get_num_procs();
#else
  return 1;
#endif
}

void cl_parallel_members(int64_t count, int64_t members, cl_member_task *task,
                         const void *context) {
  int64_t threads = team_size() < members ? team_size() : members;
  if (threads > count) threads = count;
#ifdef __linux__
  if (threads > 1) {
    work w = {task, context, count};
    GOMP_parallel(run_share, &w, (unsigned)threads, 0);
    return;
  }
#endif
  (void)threads;
  for (int64_t i = 0; i < count; i++) task(context, i, 0);
}

typedef struct bare {
  cl_task *task;
  const void *context;
} bare;

static void run_bare(const void *context, int64_t index, int64_t member) {
  const bare *b = context;
  (void)member;
  b->task(b->context, index);
}

void cl_parallel(int64_t count, cl_task *task, const void *context) {
  bare b = {task, context};
  cl_parallel_members(count, count, run_bare, &b);
}

#include "kernels.h"

typedef struct work {
  cl_task *task;
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

static void run_share(void *data) {
  const work *w = data;
  int64_t team = omp_get_num_threads(), member = omp_get_thread_num();
  for (int64_t i = w->count * member / team; i < w->count * (member + 1) / team; i++)
    w->task(w->context, i);
}

static int64_t team_size(void) { return omp_get_max_threads(); }
#else
static int64_t team_size(void) { return 1; }
#endif

void cl_parallel(int64_t count, cl_task *task, const void *context) {
  int64_t threads = team_size() < count ? team_size() : count;
#ifdef __linux__
  if (threads > 1) {
    work w = {task, context, count};
    GOMP_parallel(run_share, &w, (unsigned)threads, 0);
    return;
  }
#endif
  (void)threads;
  for (int64_t i = 0; i < count; i++) task(context, i);
}

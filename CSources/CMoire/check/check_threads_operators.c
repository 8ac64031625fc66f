#include <pthread.h>

#include "check.h"

// Every kind of handle shared by threads, each with its own workspace and range of planes, while
// others plan and destroy. The results are those of one thread, bit for bit.

enum { PLANES = 64, HEIGHT = 20, WIDTH = 22, WORKERS = 4, PLANNERS = 2, KINDS = 7 };

typedef struct handles {
  moire_transform *transform;
  moire_identities *identities;
  moire_fir *fir;
  moire_resampler *pool, *shift;
  moire_activation *activation;
  moire_spectral_filter *filter;
} handles;

static void destroy(handles *all) {
  moire_transform_destroy(all->transform);
  moire_identities_destroy(all->identities);
  moire_fir_destroy(all->fir);
  moire_resampler_destroy(all->pool);
  moire_resampler_destroy(all->shift);
  moire_activation_destroy(all->activation);
  moire_spectral_filter_destroy(all->filter);
}

static moire_status create(handles *all, size_t height, size_t width, moire_planning planning) {
  double *gain = check_noise_double(height, 3);
  *all = (handles){0};
  const moire_transform_options transform = {height, width, planning};
  const moire_identities_options identities = {
    .height = height, .width = width, 2, 2, .planning = planning};
  const moire_blur_options blur = {
    moire_blur_zhang, moire_padding_reflect, 4, 3, 2, 2, height, width};
  const moire_ideal_pool_options pool = {
    height, width, 2, 2, moire_band_edge_drop, moire_precision_single, planning};
  const moire_shift_options shift = {
    .height = height, .width = width, 0.3, 1.7, .planning = planning};
  const moire_activation_options activation = {
    .height = height, .width = width, .factor = 2, .planning = planning};
  const moire_spectral_filter_options filter = {
    .height = height, .width = width, .response_h = gain, .planning = planning};
  const moire_status statuses[] = {
    moire_transform_create(&all->transform, &transform),
    moire_identities_create(&all->identities, &identities),
    moire_blur_create(&all->fir, NULL, NULL, &blur),
    moire_ideal_pool_create(&all->pool, &pool),
    moire_shift_create(&all->shift, &shift),
    moire_activation_create(&all->activation, &activation),
    moire_spectral_filter_create(&all->filter, &filter)};
  free(gain);
  for (int i = 0; i < 7; i += 1) {
    if (statuses[i] != moire_ok) { return statuses[i]; }
  }
  return moire_ok;
}

// What comes out of every kind, for all planes.
typedef struct results {
  float *values[KINDS];
  moire_activation_reading *readings;
  moire_identity_reading *identities;
} results;

static const size_t sizes[KINDS] = {
  2 * HEIGHT * (WIDTH / 2 + 1), HEIGHT *WIDTH, (HEIGHT / 2) * (WIDTH / 2),
  (HEIGHT / 2) * (WIDTH / 2), HEIGHT *WIDTH, HEIGHT *WIDTH, HEIGHT *WIDTH};

static results make_results(void) {
  results made = {.readings = check_memory(PLANES * sizeof *made.readings),
                  .identities = check_memory(PLANES * sizeof *made.identities)};
  for (int k = 0; k < KINDS; k += 1) {
    made.values[k] = check_memory(PLANES * sizes[k] * sizeof(float));
  }
  return made;
}

typedef struct job {
  const handles *all;
  const float *map;
  size_t first, count;
  results *to;
  moire_status status;
} job;

static moire_output output_of(const job *task, int kind, size_t width) {
  return (moire_output){
    task->to->values[kind] + task->first * sizes[kind], (ptrdiff_t)sizes[kind], (ptrdiff_t)width,
    1};
}

static moire_status run_kind(const job *task, int kind) {
  const handles *all = task->all;
  const size_t needed[KINDS] = {
    moire_transform_workspace_size(all->transform),
    moire_identities_workspace_size(all->identities), moire_fir_workspace_size(all->fir),
    moire_resampler_workspace_size(all->pool), moire_resampler_workspace_size(all->shift),
    moire_activation_workspace_size(all->activation),
    moire_spectral_filter_workspace_size(all->filter)};
  const size_t bytes = needed[kind];
  void *work = check_memory(bytes);
  const moire_planes planes =
    check_planar(task->map + task->first * HEIGHT * WIDTH, task->count, HEIGHT, WIDTH);
  const size_t first = task->first;
  const moire_output full = output_of(task, kind, WIDTH), half = output_of(task, kind, WIDTH / 2);
  moire_status status = moire_ok;
  switch (kind) {
    case 0:
      status = moire_transform_forward(all->transform, full.data, &planes, work, bytes);
      break;
    case 1:
      status = moire_identities_read(
        all->identities, task->to->identities + first, NULL, &planes, work, bytes);
      break;
    case 2: status = moire_fir_execute(all->fir, &planes, &half, work, bytes); break;
    case 3: status = moire_resampler_execute(all->pool, &planes, &half, work, bytes); break;
    case 4: status = moire_resampler_execute(all->shift, &planes, &full, work, bytes); break;
    case 5:
      status = moire_activation_execute(
        all->activation, &planes, &full, task->to->readings + first, work, bytes);
      break;
    default: status = moire_spectral_filter_execute(all->filter, &planes, &full, work, bytes);
  }
  free(work);
  return status;
}

static void *run(void *argument) {
  job *task = argument;
  for (int round = 0; round < 3; round += 1) {
    for (int kind = 0; kind < KINDS && task->status == moire_ok; kind += 1) {
      task->status = run_kind(task, kind);
    }
  }
  return NULL;
}

static void *plan(void *argument) {
  job *task = argument;
  for (size_t i = 0; i < 8 && task->status == moire_ok; i += 1) {
    handles all;
    // The shared handles' own size too: plans are shared by equal ones.
    const moire_planning planning = i % 2 ? moire_planning_measure : moire_planning_estimate;
    task->status = i % 4 == 0 ? create(&all, HEIGHT, WIDTH, moire_planning_estimate)
                              : create(&all, 2 * (5 + i), 26, planning);
    destroy(&all);
  }
  return NULL;
}

static void compare(results *a, results *b) {
  EXPECT(!memcmp(a->readings, b->readings, PLANES * sizeof *a->readings));
  for (size_t p = 0; p < PLANES; p += 1) {
    const moire_identity_reading x = a->identities[p], y = b->identities[p];
    EXPECT(x.alias_fraction.predicted == y.alias_fraction.predicted);
    EXPECT(x.alias_fraction.measured == y.alias_fraction.measured);
    EXPECT(x.shift_fraction.measured == y.shift_fraction.measured);
  }
  for (int k = 0; k < KINDS; k += 1) {
    EXPECT(!memcmp(a->values[k], b->values[k], PLANES * sizes[k] * sizeof(float)));
  }
  for (int i = 0; i < 2; i += 1) {
    results *each = i == 0 ? a : b;
    for (int k = 0; k < KINDS; k += 1) { free(each->values[k]); }
    free(each->readings);
    free(each->identities);
  }
}

int main(void) {
  handles all;
  EXPECT_STATUS(create(&all, HEIGHT, WIDTH, moire_planning_estimate), moire_ok);
  float *map = check_noise((size_t)PLANES * HEIGHT * WIDTH, 5);
  results alone = make_results(), together = make_results();
  job whole = {&all, map, 0, PLANES, &alone, moire_ok};
  run(&whole);
  EXPECT_STATUS(whole.status, moire_ok);
  job jobs[WORKERS + PLANNERS];
  pthread_t threads[WORKERS + PLANNERS];
  for (size_t i = 0; i < WORKERS + PLANNERS; i += 1) {
    const size_t share = PLANES / WORKERS;
    jobs[i] = (job){&all, map, i * share, share, &together, moire_ok};
    EXPECT(!pthread_create(&threads[i], NULL, i < WORKERS ? run : plan, &jobs[i]));
  }
  for (size_t i = 0; i < WORKERS + PLANNERS; i += 1) {
    EXPECT(!pthread_join(threads[i], NULL));
    EXPECT_STATUS(jobs[i].status, moire_ok);
  }
  compare(&alone, &together);
  free(map);
  destroy(&all);
  return check_result();
}

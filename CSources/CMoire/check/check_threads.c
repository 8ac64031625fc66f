#include <pthread.h>

#include "check.h"

// Threads share one reader, each with its own workspace and range of planes, while others plan and
// destroy readers. The results are those of one thread, bit for bit.

enum { PLANES = 64, HEIGHT = 22, WIDTH = 26, READERS = 4, PLANNERS = 2 };

typedef struct job {
  const moire_reader *reader;
  const float *map;
  size_t first, count;
  moire_energies *energies;
  moire_registration *registrations;
  moire_status status;
} job;

static void *read_range(void *argument) {
  job *task = argument;
  const size_t bytes = moire_reader_workspace_size(task->reader, 1);
  void *workspace = moire_alloc(bytes);
  const moire_planes planes =
    check_planar(task->map + task->first * HEIGHT * WIDTH, task->count, HEIGHT, WIDTH);
  for (int round = 0; round < 5 && task->status == moire_ok; round += 1) {
    moire_reading reading = {
      .energies = task->energies + task->first,
      .registrations = task->registrations + task->first};
    task->status = moire_reader_read(task->reader, &planes, &reading, workspace, bytes);
  }
  moire_free(workspace);
  return NULL;
}

static void *plan(void *argument) {
  job *task = argument;
  for (size_t i = 0; i < 12 && task->status == moire_ok; i += 1) {
    const moire_reader_options options = {
      .height = 11 + i, .width = 13 * (1 + i % 3), 1, 1,
      .planning = i % 2 == 0 ? moire_planning_estimate : moire_planning_measure};
    moire_reader *reader = NULL;
    task->status = moire_reader_create(&reader, &options);
    moire_reader_destroy(reader);
  }
  return NULL;
}

int main(void) {
  const moire_reader_options options = {.height = HEIGHT, .width = WIDTH, 2, 2};
  moire_reader *reader = NULL;
  EXPECT_STATUS(moire_reader_create(&reader, &options), moire_ok);
  float *map = check_noise((size_t)PLANES * HEIGHT * WIDTH, 5);
  moire_energies energies[PLANES], alone[PLANES];
  moire_registration registrations[PLANES], alone_registrations[PLANES];
  job whole = {reader, map, 0, PLANES, alone, alone_registrations, moire_ok};
  read_range(&whole);

  job jobs[READERS + PLANNERS];
  pthread_t threads[READERS + PLANNERS];
  for (size_t i = 0; i < READERS + PLANNERS; i += 1) {
    const size_t share = PLANES / READERS;
    jobs[i] = (job){reader, map, i * share, share, energies, registrations, moire_ok};
    EXPECT(!pthread_create(&threads[i], NULL, i < READERS ? read_range : plan, &jobs[i]));
  }
  for (size_t i = 0; i < READERS + PLANNERS; i += 1) {
    EXPECT(!pthread_join(threads[i], NULL));
    EXPECT_STATUS(jobs[i].status, moire_ok);
  }
  EXPECT(!memcmp(energies, alone, sizeof energies));
  EXPECT(!memcmp(registrations, alone_registrations, sizeof registrations));
  free(map);
  moire_reader_destroy(reader);
  return check_result();
}

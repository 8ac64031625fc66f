#include <pthread.h>
#include <stdio.h>

#include "program.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static dnnl_engine_t engine;
static char version[32];

static void create(void) {
  const dnnl_version_t *v = dnnl_version();
  snprintf(version, sizeof version, "%d.%d.%d", v->major, v->minor, v->patch);
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

dnnl_engine_t cl_engine(void) {
  pthread_once(&once, create);
  return engine;
}

const char *cl_engine_version(void) {
  pthread_once(&once, create);
  return version;
}

int cl_block_size(void) {
  return dnnl_get_effective_cpu_isa() >= dnnl_cpu_isa_avx512_core ? 16 : 8;
}

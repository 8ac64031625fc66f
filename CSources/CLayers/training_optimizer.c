/* Arithmetic on whole blocks of parameters, and the loss. */
#include <math.h>

#include "training.h"

extern void omp_set_num_threads(int);

typedef struct job {
  float *parameters, *velocity, *second;
  const float *gradients;
  int64_t count;
  cl_sgd sgd;
  cl_adamw adamw;
  float decay;
} job;

enum { PART = 1 << 14 };

static int64_t part_of(const job *j, int64_t part, int64_t *first) {
  *first = part * PART;
  return j->count - *first < PART ? j->count - *first : PART;
}

CL_DISPATCH static void sgd(float *w, const float *g, float *v, int64_t count, cl_sgd o) {
  for (int64_t i = 0; i < count; i++) {
    float d = g[i] + o.decay * w[i];
    v[i] = o.momentum * v[i] + d;
    w[i] -= o.rate * (o.nesterov ? d + o.momentum * v[i] : v[i]);
  }
}

static void sgd_part(const void *context, int64_t part) {
  const job *j = context;
  int64_t first, count = part_of(j, part, &first);
  sgd(j->parameters + first, j->gradients + first, j->velocity + first, count, j->sgd);
}

static void run(const job *j, cl_task *task, int threads) {
  omp_set_num_threads(threads);
  cl_parallel((j->count + PART - 1) / PART, task, j);
}

void cl_optimize_sgd(float *parameters, const float *gradients, float *velocity, int64_t count,
                     cl_sgd options, int threads) {
  job j = {.parameters = parameters, .velocity = velocity, .gradients = gradients, .count = count,
           .sgd = options};
  run(&j, sgd_part, threads);
}

CL_DISPATCH static void adamw(float *w, const float *g, float *m, float *v, int64_t count,
                              cl_adamw o) {
  float step = (float)((double)o.rate / o.correction1), keep = 1 - o.rate * o.decay;
  float root = (float)(1 / sqrt(o.correction2));
  for (int64_t i = 0; i < count; i++) {
    m[i] = o.beta1 * m[i] + (1 - o.beta1) * g[i];
    v[i] = o.beta2 * v[i] + (1 - o.beta2) * g[i] * g[i];
    w[i] = keep * w[i] - step * m[i] / (sqrtf(v[i]) * root + o.epsilon);
  }
}

static void adamw_part(const void *context, int64_t part) {
  const job *j = context;
  int64_t first, count = part_of(j, part, &first);
  adamw(j->parameters + first, j->gradients + first, j->velocity + first, j->second + first, count,
        j->adamw);
}

void cl_optimize_adamw(float *parameters, const float *gradients, float *first, float *second,
                       int64_t count, cl_adamw options, int threads) {
  job j = {.parameters = parameters, .velocity = first, .second = second, .gradients = gradients,
           .count = count, .adamw = options};
  run(&j, adamw_part, threads);
}

CL_DISPATCH static void average(float *a, const float *w, int64_t count, float decay) {
  for (int64_t i = 0; i < count; i++) a[i] += (1 - decay) * (w[i] - a[i]);
}

static void average_part(const void *context, int64_t part) {
  const job *j = context;
  int64_t first, count = part_of(j, part, &first);
  average(j->parameters + first, j->gradients + first, count, j->decay);
}

void cl_optimize_average(float *averages, const float *parameters, int64_t count, float decay,
                         int threads) {
  job j = {.parameters = averages, .gradients = parameters, .count = count, .decay = decay};
  run(&j, average_part, threads);
}

double cl_cross_entropy(const float *logits, const int32_t *labels, int64_t n, int64_t classes,
                        float smoothing, float *gradient, int64_t *correct) {
  double loss = 0, uniform = (double)smoothing / (double)classes, own = 1 - (double)smoothing;
  *correct = 0;
  for (int64_t i = 0; i < n; i++) {
    const float *z = logits + i * classes;
    int64_t best = 0;
    for (int64_t c = 1; c < classes; c++)
      if (z[c] > z[best]) best = c;
    *correct += best == labels[i];
    double sum = 0;
    for (int64_t c = 0; c < classes; c++) sum += exp((double)z[c] - (double)z[best]);
    for (int64_t c = 0; c < classes; c++) {
      double logarithm = (double)z[c] - (double)z[best] - log(sum);
      double target = uniform + (c == labels[i] ? own : 0);
      loss -= target * logarithm;
      if (gradient) gradient[i * classes + c] = (float)((exp(logarithm) - target) / (double)n);
    }
  }
  return loss / (double)n;
}

/* Derivatives of functions of each value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "training.h"

typedef struct job {
  cl_view view; /* of the source */
  const float *saved, *gradient;
  float *dst;
  cl_activation activation;
  const float *coefficients;
  int64_t count;
} job;

enum { PART = 4096 }; /* values to a task, a multiple of every block */

static int64_t whole(const cl_view *view) { return view->planes * cl_plane_size(view); }
static int64_t tasks_of(const cl_view *view) { return (whole(view) + PART - 1) / PART; }

static double softplus(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }
static double logistic(double x) { return 1 / (1 + exp(-x)); }

static double gelu_tanh(double x) {
  const double c = 0.7978845608028654, a = 0.044715;
  double t = tanh(c * (x + a * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * a * x * x);
}

static double gelu_erf(double x) {
  return 0.5 * (1 + erf(x * 0.7071067811865476)) + x * 0.3989422804014327 * exp(-0.5 * x * x);
}

static double mish(double x) {
  double t = tanh(softplus(x));
  return t + x * (1 - t * t) * logistic(x);
}

/* The derivative at x; at a corner that of the left side, as in torch. */
static double derivative(cl_activation f, double x) {
  double a = (double)f.alpha, b = (double)f.beta, s;
  switch (f.function) {
    case cl_function_none: return 1;
    case cl_function_relu: return x > 0 ? 1 : a;
    case cl_function_clip: return x > a && x < b ? 1 : 0;
    case cl_function_elu: return x > 0 ? 1 : a * exp(x);
    case cl_function_logistic: s = logistic(x); return s * (1 - s);
    case cl_function_tanh: s = tanh(x); return 1 - s * s;
    case cl_function_swish: s = logistic(a * x); return s + a * x * s * (1 - s);
    case cl_function_hardswish: return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
    case cl_function_hardsigmoid: return a * x + b > 0 && a * x + b < 1 ? a : 0;
    case cl_function_gelu_erf: return gelu_erf(x);
    case cl_function_gelu_tanh: return gelu_tanh(x);
    case cl_function_soft_relu: return logistic(x);
    case cl_function_mish: return mish(x);
    case cl_function_selu:
      return 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * exp(x));
    case cl_function_celu: return x > 0 ? 1 : exp(x / a);
    case cl_function_softsign: s = 1 + fabs(x); return 1 / (s * s);
    case cl_function_threshold: return x > a ? 1 : 0;
    case cl_function_abs: return x > 0 ? 1 : x < 0 ? -1 : 0;
    case cl_function_exp: return exp(x);
    case cl_function_log: return 1 / x;
    case cl_function_sqrt: return 0.5 / sqrt(x);
    case cl_function_power: return a * pow(x, a - 1);
  }
  return 0;
}

CL_DISPATCH static void relu_back(const float *x, const float *g, float *y, int64_t count,
                                  float slope) {
  for (int64_t i = 0; i < count; i++) y[i] = x[i] > 0 ? g[i] : slope * g[i];
}

CL_DISPATCH static void clip_back(const float *x, const float *g, float *y, int64_t count,
                                  float low, float high) {
  for (int64_t i = 0; i < count; i++) y[i] = x[i] > low && x[i] < high ? g[i] : 0;
}

static void activation_part(const void *context, int64_t part) {
  const job *j = context;
  int64_t first = part * PART, count = whole(&j->view) - first;
  if (count > PART) count = PART;
  const float *x = j->saved + first, *g = j->gradient + first;
  float *y = j->dst + first;
  switch (j->activation.function) {
    case cl_function_relu: relu_back(x, g, y, count, j->activation.alpha); break;
    case cl_function_clip:
      clip_back(x, g, y, count, j->activation.alpha, j->activation.beta);
      break;
    default:
      /* A gradient of 0, as in the lanes behind the last channel, stays 0 whatever the slope. */
      for (int64_t i = 0; i < count; i++)
        y[i] = g[i] == 0 ? 0 : (float)((double)g[i] * derivative(j->activation, (double)x[i]));
  }
}

static job job_of(const cl_program *program, const cl_step *step) {
  return (job){.view = cl_view_of(program, step->sources[0]),
               .saved = cl_data_of(program, step->sources[0]),
               .gradient = step->source_count > 1 ? cl_data_of(program, step->sources[1]) : NULL,
               .dst = cl_data_of(program, step->destination),
               .activation = step->activation,
               .coefficients = step->floats,
               .count = step->count};
}

static void activation_back(const cl_program *program, const cl_step *step) {
  job j = job_of(program, step);
  cl_parallel(tasks_of(&j.view), activation_part, &j);
}

int cl_train_activation_back(cl_program *program, int saved, int gradient, int dst,
                             cl_activation activation) {
  int sources[] = {saved, gradient};
  if (cl_check_same_layout(program, saved, gradient, 1, "gradient of an activation")) return -1;
  cl_step *step =
      cl_append_kernel(program, sources, 2, dst, activation_back, "kernel:activation_back");
  if (!step) return -1;
  step->activation = activation;
  return 0;
}

/* A polynomial by Horner's rule, times the gradient where there is one. */
CL_DISPATCH static void horner(const job *j, int64_t first, int64_t last) {
  int64_t i = first, highest = j->count - 1;
  for (; i + CL_LANES <= last; i += CL_LANES) {
    const cl_lanes x = CL_LOAD(j->saved + i);
    cl_lanes sum = (cl_lanes){0} + j->coefficients[highest];
    for (int64_t c = highest - 1; c >= 0; c--) sum = sum * x + j->coefficients[c];
    if (j->gradient) sum *= CL_LOAD(j->gradient + i);
    CL_STORE(j->dst + i, sum);
  }
  for (; i < last; i++) {
    float sum = j->coefficients[highest];
    for (int64_t c = highest - 1; c >= 0; c--) sum = sum * j->saved[i] + j->coefficients[c];
    j->dst[i] = j->gradient ? sum * j->gradient[i] : sum;
  }
}

static void polynomial_part(const void *context, int64_t part) {
  const job *j = context;
  int64_t first = part * PART, last = first + PART;
  horner(j, first, last < whole(&j->view) ? last : whole(&j->view));
}

static void polynomial(const cl_program *program, const cl_step *step) {
  job j = job_of(program, step);
  cl_parallel(tasks_of(&j.view), polynomial_part, &j);
}

/* Keeps the coefficients, or where `derivative` is set those of the derivative; no coefficients are 0. */
static int keep_coefficients(cl_program *program, cl_step *step, const double *values,
                             int64_t count, int derivative) {
  int64_t kept = count > derivative ? count - derivative : 1;
  float *table = step ? cl_step_floats(program, step, (size_t)kept) : NULL;
  if (!table) return -1;
  table[0] = 0;
  for (int64_t i = 0; i + derivative < count; i++)
    table[i] = (float)(derivative ? (double)(i + 1) * values[i + 1] : values[i]);
  step->count = kept;
  return 0;
}

int cl_train_polynomial(cl_program *program, int src, int dst, const double *coefficients,
                        int64_t count) {
  return keep_coefficients(
      program, cl_append_kernel(program, &src, 1, dst, polynomial, "kernel:polynomial"),
      coefficients, count, 0);
}

int cl_train_polynomial_back(cl_program *program, int src, int gradient, int dst,
                             const double *coefficients, int64_t count) {
  int sources[] = {src, gradient};
  return keep_coefficients(
      program, cl_append_kernel(program, sources, 2, dst, polynomial, "kernel:polynomial_back"),
      coefficients, count, 1);
}

/* dx = y (g - sum g y), over the channels of a plain value. */
static void softmax_image(const void *context, int64_t image) {
  const job *j = context;
  int64_t inner = j->view.height * j->view.width, size = j->view.channels * inner;
  const float *y = j->saved + image * size, *g = j->gradient + image * size;
  float *dx = j->dst + image * size;
  for (int64_t p = 0; p < inner; p++) {
    double sum = 0;
    for (int64_t i = p; i < size; i += inner) sum += (double)g[i] * (double)y[i];
    for (int64_t i = p; i < size; i += inner) dx[i] = y[i] * (float)((double)g[i] - sum);
  }
}

static void softmax_back(const cl_program *program, const cl_step *step) {
  job j = job_of(program, step);
  cl_parallel(j.view.images, softmax_image, &j);
}

int cl_train_softmax_back(cl_program *program, int result, int gradient, int dst) {
  int sources[] = {result, gradient};
  return cl_append_kernel(program, sources, 2, dst, softmax_back, "kernel:softmax_back") ? 0 : -1;
}

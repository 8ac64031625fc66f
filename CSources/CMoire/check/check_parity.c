// Random maps in random layouts against a DFT in double precision by its definition. The
// environment variable MOIRE_ROUNDS says how many, 150 without it.

#include "check.h"

typedef struct problem {
  moire_reader_options options;
  size_t count, height, width;  // planes, and the grid that is transformed
  ptrdiff_t strides[3];         // plane, row, column
  float *map;
} problem;

static uint64_t state = 20260117;

static size_t below(size_t bound) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (size_t)(state >> 33) % bound;
}

static problem make_problem(void) {
  problem p = {.count = 1 + below(20)};
  const size_t most = below(10) == 0 ? 70 : 24;
  const size_t stride_h = 1 + below(4), stride_w = 1 + below(4);
  const int divides = below(4) > 0;
  p.options = (moire_reader_options){
    .height = divides ? stride_h * (1 + below(most / stride_h)) : 1 + below(most),
    .width = divides ? stride_w * (1 + below(most / stride_w)) : 1 + below(most),
    .stride_height = stride_h, .stride_width = stride_w,
    .boundary = below(4) == 0 ? moire_boundary_mirror : moire_boundary_periodic};
  const size_t times = p.options.boundary == moire_boundary_mirror ? 2 : 1;
  p.height = times * p.options.height;
  p.width = times * p.options.width;
  const ptrdiff_t c = (ptrdiff_t)p.count, h = (ptrdiff_t)p.options.height,
                  w = (ptrdiff_t)p.options.width;
  const ptrdiff_t layouts[3][3] = {{h * w, w, 1}, {1, w * c, c}, {w, c * w, 1}};
  memcpy(p.strides, layouts[below(3)], sizeof p.strides);
  p.map = check_noise((size_t)(c * h * w), state);
  const float mean = below(2) ? 3 : 0, scale = ldexpf(1, (int)below(21) - 10);
  for (ptrdiff_t i = 0; i < c * h * w; i += 1) { p.map[i] = (p.map[i] + mean) * scale; }
  return p;
}

static double sample(const problem *p, size_t plane, size_t y, size_t x) {
  const size_t height = p->options.height, width = p->options.width;
  y = y < height ? y : 2 * height - 1 - y;
  x = x < width ? x : 2 * width - 1 - x;
  return (double)p->map[(ptrdiff_t)plane * p->strides[0] + (ptrdiff_t)y * p->strides[1] +
                        (ptrdiff_t)x * p->strides[2]];
}

static void dft(
  double *out_re, double *out_im, const double *re, const double *im, size_t n, size_t step) {
  double cosine[2 * 70], sine[2 * 70];
  for (size_t k = 0; k < n; k += 1) {
    const double angle = -2 * 3.14159265358979323846 * (double)k / (double)n;
    cosine[k] = cos(angle), sine[k] = sin(angle);
  }
  for (size_t k = 0; k < n; k += 1) {
    double a = 0, b = 0;
    for (size_t i = 0; i < n; i += 1) {
      const double c = cosine[k * i % n], s = sine[k * i % n];
      a += c * re[i * step] - s * im[i * step];
      b += c * im[i * step] + s * re[i * step];
    }
    out_re[k] = a, out_im[k] = b;
  }
}

// |X|² of one plane, [height][width].
static void transform(double *power, const problem *p, size_t plane) {
  const size_t height = p->height, width = p->width, longer = height > width ? height : width;
  double *re = check_memory(2 * height * width * sizeof *re), *im = re + height * width;
  double *line = check_memory(4 * longer * sizeof *line), *zero = line + longer;
  double *re2 = line + 2 * longer, *im2 = line + 3 * longer;
  for (size_t y = 0; y < height; y += 1) {
    for (size_t x = 0; x < width; x += 1) { line[x] = sample(p, plane, y, x); }
    dft(re + y * width, im + y * width, line, zero, width, 1);
  }
  for (size_t x = 0; x < width; x += 1) {
    dft(re2, im2, re + x, im + x, height, width);
    for (size_t y = 0; y < height; y += 1) {
      power[y * width + x] = re2[y] * re2[y] + im2[y] * im2[y];
    }
  }
  free(re);
  free(line);
}

// The box by its definition: bins -M/2 … M/2 - 1, or by frequency where the stride does not divide.
static int inside(size_t k, size_t size, size_t stride) {
  const ptrdiff_t n = (ptrdiff_t)size, s = (ptrdiff_t)stride, m = n / s;
  const ptrdiff_t bin = (ptrdiff_t)k <= (n - 1) / 2 ? (ptrdiff_t)k : (ptrdiff_t)k - n;
  return n % s == 0 ? -(m / 2) <= bin && bin <= (m - 1) / 2 : 2 * labs(bin) * s <= n;
}

static void check_plane(
  const problem *p, const double *power, moire_energies got, const moire_registration *measured) {
  double total = 0, alias = 0;
  for (size_t y = 0; y < p->height; y += 1) {
    for (size_t x = 0; x < p->width; x += 1) {
      const double energy = power[y * p->width + x];
      total += energy;
      if (!inside(y, p->height, p->options.stride_height) ||
          !inside(x, p->width, p->options.stride_width)) {
        alias += energy;
      }
    }
  }
  // Total and DC are sums in double; the transform is in single precision and knows no mean.
  EXPECT(check_close(got.total, total, 1e-11));
  EXPECT(fabs(got.dc - power[0]) <= 1e-11 * total);
  EXPECT(fabs(got.alias - alias) <= 5e-6 * (total - power[0]) + 1e-11 * total);
  if (measured && total > 0) {
    EXPECT(fabs(measured->deviation / measured->energy - alias / total) < 1e-5);
  }
}

static void check_problem(const problem *p) {
  moire_reader *reader = NULL;
  EXPECT_STATUS(moire_reader_create(&reader, &p->options), moire_ok);
  const int exact = moire_reader_is_exact(reader);
  const size_t bytes = moire_reader_workspace_size(reader, exact), half = p->width / 2 + 1;
  void *workspace = check_memory(bytes);
  moire_energies energies[20];
  moire_registration registrations[20];
  moire_reading reading = {
    .power = check_memory(p->height * half * sizeof(double)), .energies = energies,
    .registrations = exact ? registrations : NULL};
  const moire_planes planes = {p->map, p->count, p->strides[0], p->strides[1], p->strides[2]};
  EXPECT_STATUS(moire_reader_read(reader, &planes, &reading, workspace, bytes), moire_ok);
  double *power = check_memory(p->height * p->width * sizeof *power), all = 0;
  double *pooled = check_memory(p->height * p->width * sizeof *pooled), total = 0;
  for (size_t plane = 0; plane < p->count; plane += 1) {
    transform(power, p, plane);
    check_plane(p, power, energies[plane], exact ? &registrations[plane] : NULL);
    for (size_t i = 0; i < p->height * p->width; i += 1) { pooled[i] += power[i]; }
    all += energies[plane].total - energies[plane].dc;
    total += energies[plane].total;
  }
  for (size_t i = 0; i < p->height * half; i += 1) {
    const double wanted = pooled[i / half * p->width + i % half];
    EXPECT(fabs(reading.power[i] - wanted) <= 2e-6 * all + 1e-11 * total);
  }
  free(power);
  free(pooled);
  free(reading.power);
  free(workspace);
  moire_reader_destroy(reader);
}

int main(void) {
  const char *asked = getenv("MOIRE_ROUNDS");
  const long rounds = asked ? strtol(asked, NULL, 10) : 150;
  for (long round = 0; round < rounds && check_failures == 0; round += 1) {
    problem p = make_problem();
    check_problem(&p);
    if (check_failures > 0) {
      fprintf(
        stderr, "round %ld: %zu planes %zux%zu, stride %zux%zu, boundary %d\n", round, p.count,
        p.options.height, p.options.width, p.options.stride_height, p.options.stride_width,
        (int)p.options.boundary);
    }
    free(p.map);
  }
  return check_result();
}

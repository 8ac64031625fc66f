#include <math.h>

#include "response_internal.h"

// Nodes and weights of the 16-point Gauss-Legendre rule on -1 … 1, positive half.
static const double nodes[8] = {0.0950125098376374402, 0.2816035507792589132, 0.4580167776572273863,
                                0.6178762444026437484, 0.7554044083550030339, 0.8656312023878317439,
                                0.9445750230732325761, 0.9894009349916499326};
static const double weights[8] = {
  0.1894506104550684963, 0.1826034150449235889, 0.1691565193950025382, 0.1495959888165767321,
  0.1246289712555338720, 0.0951585116824927848, 0.0622535239386478929, 0.0271524594117540949};

// A² when `step` is negative, else A times the Dirichlet kernel of the step answer.
static double integrand(const moire_amplitude *amplitude, double step, double f) {
  const double gain = moire_amplitude_at(amplitude, f);
  return step < 0 ? gain * gain : gain * sin((2 * step + 1) * M_PI * f) / sin(M_PI * f);
}

// `cycles` is the highest frequency of the integrand: a panel holds one cycle or less.
static double integrate(
  const moire_amplitude *amplitude, double step, double a, double b, double cycles) {
  if (!(b > a)) { return 0; }
  const double panels = ceil((b - a) * cycles) + 3, half = (b - a) / panels / 2;
  double sum = 0;
  for (double panel = 0; panel < panels; panel += 1) {
    const double middle = a + (2 * panel + 1) * half;
    for (size_t i = 0; i < 8; i += 1) {
      const double d = half * nodes[i];
      sum += weights[i] *
        (integrand(amplitude, step, middle - d) + integrand(amplitude, step, middle + d));
    }
  }
  return sum * half;
}

static double clamp(double value, double low, double high) {
  return fmin(fmax(value, low), high);
}

// Piece by piece: an amplitude without taps has corners, and nothing beyond its end.
static double integrate_pieces(
  const moire_amplitude *amplitude, double step, double a, double b, double cycles) {
  const moire_filter *filter = &amplitude->filter;
  double first = 0, second = 0.5;
  switch (amplitude->count > 0 ? moire_filter_none : filter->kind) {
    case moire_filter_ideal: second = filter->stride == 1 ? 0.5 : 0.5 / (double)filter->stride; break;
    case moire_filter_raised_cosine:
      first = filter->cutoff * (1 - filter->roll_off);
      second = fmin(0.5, filter->cutoff * (1 + filter->roll_off));
      break;
    // exp(-2π²σ²f²) is below 1e-300 there.
    case moire_filter_gaussian:
      second = fmin(0.5, 6 / filter->sigma);
      cycles += filter->sigma * 4;
      break;
    default: break;
  }
  first = clamp(first, a, b);
  second = clamp(second, a, b);
  return integrate(amplitude, step, a, first, cycles) +
    integrate(amplitude, step, first, second, cycles);
}

double moire_integrate_power(const moire_amplitude *amplitude, double a, double b) {
  return integrate_pieces(amplitude, -1, a, b, (double)amplitude->count);
}

double moire_step_answer(const moire_amplitude *amplitude, double n) {
  return 0.5 + integrate_pieces(amplitude, n, 0, 0.5, n + 1);
}

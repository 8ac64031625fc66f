#include <math.h>

#include "activation_engine.h"

#define REAL double
#define NAME(x) x##_double
#define EXP exp
#define TANH tanh
#define ERFC erfc
#define EXPM1 expm1
#define LOG1P log1p
#define FABS fabs
#define CALL(v, n) activation->options.function_double(v, n, activation->options.context)
#include "activation_pointwise.h"

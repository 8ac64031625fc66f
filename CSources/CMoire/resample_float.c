#include "resample_engine.h"

#define REAL float
#define VECTOR lanes
#define SPLAT(x) MOIRE_SPLAT(x)
#define NAME(x) x
#define SHEET moire_sheet
#define OUTPUT moire_output
#define FACTOR moire_factor
#define MULTIPLY moire_multiply
#define TABLE(axis) (axis)->factors
#define WEIGHTS(axis) (axis)->weights
#define FORWARD(axis) &(axis)->forward
#define INVERSE(axis) &(axis)->inverse
#define LINE_EXECUTE moire_line_execute

#include "resample_template.h"

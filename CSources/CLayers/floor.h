/* The floor of a program: its primitives alone. */
#ifndef CL_FLOOR_H
#define CL_FLOOR_H

#include "program.h"

/* How a primitive is tried: as the program has it, in oneDNN's choice of layouts, with channels innermost,
 * in blocks, and in blocks by Winograd's filtering. */
typedef enum cl_floor_choice {
  cl_floor_own,
  cl_floor_any,
  cl_floor_innermost,
  cl_floor_blocks,
  cl_floor_winograd,
  cl_floor_choices
} cl_floor_choice;

/* The primitive of a step in one of them, its own where it has no other; NULL where a step has no
 * floor. The caller destroys it. */
dnnl_primitive_t cl_floor_primitive(const cl_program *program, const cl_step *step,
                                    cl_floor_choice which);

#endif

/* Memory of programs: of their maps, and of the weights that they pack. */
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "program.h"

enum { CL_HUGE_PAGE = 2 << 20, CL_LINE = 64 };

static size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

/* Memory that nobody has touched yet. Maps are walked in strides of kilobytes, and weights are read once
 * each run: with small pages the translation is the bottleneck. */
static void *allocate(size_t *bytes) {
  size_t alignment = *bytes >= CL_HUGE_PAGE ? CL_HUGE_PAGE : CL_LINE;
  if (*bytes == 0) *bytes = 1;
  if (*bytes > SIZE_MAX - alignment) return NULL;
  *bytes = round_up(*bytes, alignment);
  void *memory = aligned_alloc(alignment, *bytes);
#ifdef __linux__
  if (memory && alignment == CL_HUGE_PAGE) madvise(memory, *bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void *cl_memory_allocate(size_t bytes) {
  void *memory = allocate(&bytes);
  return memory ? memset(memory, 0, bytes) : NULL;
}

void cl_memory_free(void *memory) { free(memory); }

/* Pages of the system's, so that what is not used of them costs nothing and malloc's own stay as they
 * are; NULL when there are none. */
static char *map_pages(size_t bytes) {
#ifdef __linux__
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  if (bytes >= CL_HUGE_PAGE) madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
#else
  return allocate(&bytes);
#endif
}

void cl_pages_free(cl_program *program) {
  for (int i = 0; i < program->page_count; i++) {
#ifdef __linux__
    munmap(program->pages[i].memory, program->pages[i].bytes);
#else
    free(program->pages[i].memory);
#endif
  }
  free(program->pages);
}

/* Weights that were read, folded and packed leave holes in malloc's memory, as large as they are. */
static void give_back(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

/* A new piece of a program's pages: as much again as there is, so that a network has few. */
static cl_pages *add_pages(cl_program *program, size_t bytes) {
  const size_t least = 64 << 10, most = 32 << 20;
  size_t wanted = program->packed_bytes < least  ? least
                  : program->packed_bytes > most ? most
                                                 : program->packed_bytes;
  cl_pages *pages =
      cl_grow(program->pages, program->page_count, &program->page_capacity, sizeof *pages);
  if (!pages) return NULL;
  program->pages = pages;
  pages += program->page_count;
  *pages = (cl_pages){.bytes = wanted > bytes ? wanted : bytes};
  if (pages->bytes >= CL_HUGE_PAGE) {
    pages->bytes = round_up(pages->bytes, CL_HUGE_PAGE);
    give_back();
  }
  pages->memory = map_pages(pages->bytes);
  if (!pages->memory) return NULL;
  program->page_count++;
  return pages;
}

/* Room for packed weights, where there is some left; it goes with the program. */
static void *reserve(cl_program *program, size_t bytes) {
  cl_pages *pages = NULL;
  if (bytes <= SIZE_MAX - CL_HUGE_PAGE) {
    bytes = round_up(bytes, CL_LINE);
    for (int i = 0; i < program->page_count && !pages; i++)
      if (program->pages[i].bytes - program->pages[i].used >= bytes) pages = &program->pages[i];
    if (!pages) pages = add_pages(program, bytes);
  }
  if (!pages) {
    cl_fail(program, "out of memory for %zu bytes of packed weights", bytes);
    return NULL;
  }
  void *memory = pages->memory + pages->used;
  pages->used += bytes;
  program->packed_bytes += bytes;
  return memory;
}

int cl_reorder(cl_program *program, dnnl_memory_t from, dnnl_memory_t to, const char *what) {
  const dnnl_memory_desc_t *source = NULL, *result = NULL;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t reorder = NULL;
  dnnl_status_t status = dnnl_memory_get_memory_desc(from, &source);
  if (!status) status = dnnl_memory_get_memory_desc(to, &result);
  if (!status)
    status = dnnl_reorder_primitive_desc_create(&description, source, cl_engine(), result,
                                                cl_engine(), NULL);
  if (!status) status = dnnl_primitive_create(&reorder, description);
  if (!status) {
    dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    status = dnnl_primitive_execute(reorder, program->stream, 2, arguments);
  }
  if (!status) status = dnnl_stream_wait(program->stream);
  if (reorder) dnnl_primitive_destroy(reorder);
  if (description) dnnl_primitive_desc_destroy(description);
  return cl_check(program, status, what);
}

int cl_pack(cl_program *program, const dnnl_memory_desc_t *from, const float *data,
            const dnnl_memory_desc_t *layout, dnnl_memory_t *packed) {
  const char *what = "packing weights";
  dnnl_memory_t *owned =
      cl_grow(program->owned, program->owned_count, &program->owned_capacity, sizeof *owned);
  if (!owned) return cl_fail(program, "out of memory for packed weights");
  program->owned = owned;
  void *memory = reserve(program, dnnl_memory_desc_get_size(layout));
  if (!memory || cl_check(program, dnnl_memory_create(packed, layout, cl_engine(), memory), what))
    return -1;
  owned[program->owned_count++] = *packed;
  dnnl_memory_t source = NULL;
  if (cl_check(program, dnnl_memory_create(&source, from, cl_engine(), (void *)data), what))
    return -1;
  int status = cl_reorder(program, source, *packed, what);
  dnnl_memory_destroy(source);
  return status;
}

/*
 * arena: memory for one batch, taken piece by piece and given back at once.
 *
 * A debug build (TD_ARENA_DEBUG) takes one malloc a piece, so that AddressSanitizer sees overruns.
 */
#ifndef TD_COMMON_ARENA_H
#define TD_COMMON_ARENA_H

#include "common/td.h"

#include <stdarg.h>

typedef struct td_arena td_arena_t;

/* An arena that never holds more than `limit` bytes; NULL when memory is out. The caller frees it.
 */
TD_MUST_USE td_arena_t *td_arena_new(size_t limit);

/* Frees the arena and all it gave out; NULL is allowed. */
void td_arena_free(td_arena_t *arena);

/* `size` bytes aligned for any type, not zeroed; NULL when the limit or memory is reached.
 * They live until the next reset. size 0 gives a valid pointer. */
TD_MUST_USE void *td_arena_take(td_arena_t *arena, size_t size);

/* printf into the arena; NULL when it is full. */
TD_MUST_USE const char *td_arena_format(td_arena_t *arena, const char *format, ...) TD_FORMAT(2, 3);
TD_MUST_USE const char *td_arena_vformat(td_arena_t *arena, const char *format, va_list args);

/* Forgets all that was taken; keeps the memory for the next batch. */
void td_arena_reset(td_arena_t *arena);

/* Bytes taken since the last reset, with alignment. */
size_t td_arena_used(const td_arena_t *arena);

#endif

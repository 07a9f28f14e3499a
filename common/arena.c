#include "common/arena.h"

#include <stdlib.h>

enum { BLOCK_SIZE = 64 * 1024, ALIGNMENT = 16 };

typedef struct block {
	struct block *next;
	size_t size; /* bytes in data */
	_Alignas(ALIGNMENT) uint8_t data[];
} block_t;

struct td_arena {
	block_t *first;   /* blocks in the order in which they are filled */
	block_t *current; /* the one being filled; NULL before the first take */
	size_t filled;    /* bytes used of current */
	size_t used;      /* bytes given out since the reset */
	size_t limit;
};

td_arena_t *td_arena_new(size_t limit)
{
	td_arena_t *arena = calloc(1, sizeof *arena);
	if (arena != NULL)
		arena->limit = limit;
	return arena;
}

static void free_blocks(td_arena_t *arena)
{
	while (arena->first != NULL) {
		block_t *next = arena->first->next;
		free(arena->first);
		arena->first = next;
	}
	arena->current = NULL;
	arena->filled = 0;
}

void td_arena_free(td_arena_t *arena)
{
	if (arena == NULL)
		return;
	free_blocks(arena);
	free(arena);
}

/* Links a new block of `size` bytes behind the current one. */
static bool add_block(td_arena_t *arena, size_t size)
{
	block_t *block = malloc(sizeof *block + size);
	if (block == NULL)
		return false;
	block->size = size;
	if (arena->current == NULL) {
		block->next = arena->first;
		arena->first = block;
	} else {
		block->next = arena->current->next;
		arena->current->next = block;
	}
	arena->current = block;
	arena->filled = 0;
	return true;
}

#ifdef TD_ARENA_DEBUG
/* A block of its own for each piece: whatever is beyond it belongs to nobody. */
static bool make_room(td_arena_t *arena, size_t size)
{
	return add_block(arena, size);
}
#else
/* Room for `size` bytes: in the current block, the next kept one, or a new one. */
static bool make_room(td_arena_t *arena, size_t size)
{
	if (arena->current != NULL && size <= arena->current->size - arena->filled)
		return true;
	block_t *next = arena->current == NULL ? arena->first : arena->current->next;
	if (next == NULL || next->size < size)
		return add_block(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
	arena->current = next;
	arena->filled = 0;
	return true;
}
#endif

void *td_arena_take(td_arena_t *arena, size_t size)
{
	size_t room = arena->limit - arena->used;
	size_t aligned = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (size > room || aligned > room || !make_room(arena, aligned))
		return NULL;
	void *taken = arena->current->data + arena->filled;
	arena->filled += aligned;
	arena->used += aligned;
	return taken;
}

void td_arena_reset(td_arena_t *arena)
{
#ifdef TD_ARENA_DEBUG
	free_blocks(arena);
#endif
	arena->current = NULL;
	arena->filled = 0;
	arena->used = 0;
}

size_t td_arena_used(const td_arena_t *arena)
{
	return arena->used;
}

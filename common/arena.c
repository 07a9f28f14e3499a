#include "common/arena.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 64 * 1024, PART = 8, ALIGNMENT = 16 };

typedef struct block {
	struct block *next;
	size_t size; /* bytes in data */
	_Alignas(ALIGNMENT) uint8_t data[];
} block_t;

struct td_arena {
	uint8_t *at;      /* the next piece begins here */
	size_t left;      /* bytes that may be given out from there at once */
	block_t *first;   /* blocks in the order in which they are filled */
	block_t *current; /* the one being filled; NULL before the first take */
	size_t closed;    /* bytes given out of the blocks before it */
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
}

void td_arena_free(td_arena_t *arena)
{
	if (arena == NULL)
		return;
	free_blocks(arena);
	free(arena);
}

size_t td_arena_used(const td_arena_t *arena)
{
	if (arena->current == NULL)
		return arena->closed;
	return arena->closed + (size_t)(arena->at - arena->current->data);
}

/* Goes on in `block`, from its start. */
static void enter(td_arena_t *arena, block_t *block)
{
	size_t used = td_arena_used(arena), room = arena->limit - used;
	arena->closed = used;
	arena->current = block;
	arena->at = block->data;
	arena->left = block->size < room ? block->size : room;
}

/* Links a new block of `size` bytes behind the current one, and goes on there. */
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
	enter(arena, block);
	return true;
}

#ifdef TD_ARENA_DEBUG
/* A block of its own for each piece: whatever is beyond it belongs to nobody. */
static bool make_room(td_arena_t *arena, size_t size)
{
	return add_block(arena, size);
}
#else
/* Room for `size` bytes: in the next kept block, or a new one, which is the larger the more there
 * is, so that large arenas do not ask the system for ever more memory. */
static bool make_room(td_arena_t *arena, size_t size)
{
	block_t *next = arena->current == NULL ? arena->first : arena->current->next;
	size_t usual = BLOCK_SIZE + td_arena_used(arena) / PART;
	if (next == NULL || next->size < size)
		return add_block(arena, size > usual ? size : usual);
	enter(arena, next);
	return true;
}
#endif

void *td_arena_take(td_arena_t *arena, size_t size)
{
	size_t aligned = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	bool fits = aligned >= size && aligned <= arena->left;
	if (!fits || arena->current == NULL) {
		size_t room = arena->limit - td_arena_used(arena);
		if (aligned < size || aligned > room || !make_room(arena, aligned))
			return NULL;
	}
	uint8_t *taken = arena->at;
	arena->at += aligned;
	arena->left -= aligned;
	return taken;
}

const char *td_arena_vformat(td_arena_t *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int size = vsnprintf(NULL, 0, format, args);
	char *text = size < 0 ? NULL : td_arena_take(arena, (size_t)size + 1);
	if (text != NULL)
		(void)vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	return text;
}

const char *td_arena_format(td_arena_t *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = td_arena_vformat(arena, format, args);
	va_end(args);
	return text;
}

void td_arena_reset(td_arena_t *arena)
{
#ifdef TD_ARENA_DEBUG
	free_blocks(arena);
#endif
	arena->current = NULL;
	arena->closed = 0;
	arena->left = 0;
}

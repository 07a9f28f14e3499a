#include "aggregator/unpack.h"

enum { ALIGNMENT = 16 };

static void *take(void *data, size_t size)
{
	td_unpack_t *unpack = data;
	size_t room = unpack->size - unpack->used;
	size_t aligned = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (size > room || aligned > room)
		return NULL;
	void *taken = unpack->memory + unpack->used;
	unpack->used += aligned;
	return taken;
}

static void give_back(void *data, void *piece)
{
	(void)data;
	(void)piece;
}

void td_unpack_init(td_unpack_t *unpack, void *memory, size_t size)
{
	*unpack = (td_unpack_t){
		.allocator = {take, give_back, unpack},
		.memory = memory,
		.size = size,
	};
}

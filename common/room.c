#include "common/room.h"

#include <stdlib.h>

enum { FIRST_ROOM = 64 };

bool td_room(void *array, size_t size, size_t count, size_t *room)
{
	void *old;
	if (count < *room)
		return true;
	memcpy(&old, array, sizeof old);
	size_t more = *room == 0 ? FIRST_ROOM : 2 * *room;
	void *grown = reallocarray(old, more, size);
	if (grown == NULL)
		return false;
	memcpy(array, &grown, sizeof grown);
	*room = more;
	return true;
}

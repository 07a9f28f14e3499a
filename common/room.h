/*
 * room: arrays that grow by doubling.
 */
#ifndef TD_COMMON_ROOM_H
#define TD_COMMON_ROOM_H

#include "common/td.h"

/*
 * Room for one more item; false, and all as it was, when memory is out.
 *
 *   array  pointer to the array's own pointer, NULL while there is none; freed by free()
 *   size   bytes of an item
 *   count  items in use
 *   room   in and out: items for which there is room
 */
TD_MUST_USE bool td_room(void *array, size_t size, size_t count, size_t *room);

#endif

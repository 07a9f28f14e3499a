#include "tests/model/chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t seed;

void td_chance_begin(int argc, char **argv)
{
	const char *given = argc > 1 ? argv[1] : getenv("TD_SEED");
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	seed = given != NULL ? strtoull(given, NULL, 0)
			     : (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	printf("the same again: TD_SEED=%" PRIu64 " %s\n", seed, argv[0]);
}

td_chance_t td_chance_of(uint64_t run)
{
	td_chance_t chance = {seed + run * UINT64_C(0x2545f4914f6cdd1d)};
	return chance;
}

uint64_t td_chance_next(td_chance_t *chance)
{
	/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014 */
	uint64_t mixed = chance->state += UINT64_C(0x9e3779b97f4a7c15);
	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

uint64_t td_chance_below(td_chance_t *chance, uint64_t count)
{
	return td_chance_next(chance) % count;
}

bool td_chance_once_in(td_chance_t *chance, uint64_t times)
{
	return td_chance_below(chance, times) == 0;
}

void td_chance_order(td_chance_t *chance, uint32_t *order, size_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (uint32_t)td_chance_below(chance, i + 1);
		order[i] = order[at];
		order[at] = i;
	}
}

/*
 * tree: every sequence of verdicts up to some length, folded in batches cut in every way.
 *
 * The tree of sequences is walked once. At each node the last one, two, ... verdicts are folded as
 * one batch onto what the shorter sequence had left; all must end in the same Redis, byte for byte,
 * so that by induction every way to cut does.
 */
#ifndef TD_TESTS_MODEL_TREE_H
#define TD_TESTS_MODEL_TREE_H

#include "tests/model/redis.h"

enum { TD_TREE_LONGEST = 6 };

typedef struct td_tree {
	size_t letters; /* verdicts to choose from */
	size_t longest; /* sequence; at most TD_TREE_LONGEST */
	/* The verdict `letter` as the `at`-th of the log. */
	td_slice_t (*verdict)(void *context, size_t at, size_t letter);
	/* Whether what a sequence left is right; prints why not. */
	bool (*check)(void *context, const size_t *sequence, size_t length,
		      const td_model_redis_t *left);
	void *context;
} td_tree_t;

/* False when a check failed or a cut showed, with the sequence printed. */
bool td_tree_walk(const td_tree_t *tree, size_t *visited);

#endif

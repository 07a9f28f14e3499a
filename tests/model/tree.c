#include "tests/model/tree.h"

#include "aggregator/batch.h"
#include "tests/model/store.h"
#include "tests/model/told.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH_BYTES = 64 * 1024 };

typedef struct walk {
	const td_tree_t *tree;
	td_batch_t *batch;
	td_model_store_t store;
	td_model_redis_t left[TD_TREE_LONGEST + 1]; /* by sequences, by their length */
	td_model_redis_t other;                     /* by another cut */
	size_t sequence[TD_TREE_LONGEST];
	size_t visited;
} walk_t;

/* Folds sequence[from..to) as one batch onto what sequence[0..from) left, into `redis`. */
static bool fold(walk_t *walk, size_t from, size_t to, td_model_redis_t *redis)
{
	const td_tree_t *tree = walk->tree;
	td_err_t err = {0};
	walk->store.redis = redis;
	td_model_redis_put_back(redis, &walk->left[from]);
	if (!td_model_store_begin(&walk->store, walk->batch, &err))
		return false;
	for (size_t at = from; at < to; at++) {
		td_slice_t verdict = tree->verdict(tree->context, at, walk->sequence[at]);
		td_added_t added = td_batch_add(walk->batch, verdict, at, 0, &err);
		if (added != TD_ADDED && added != TD_ADDED_SKIP)
			return false;
	}
	return td_model_store_move(&walk->store, walk->batch, &err);
}

static bool visit(walk_t *walk, size_t length)
{
	const td_tree_t *tree = walk->tree;
	walk->visited++;
	if (!fold(walk, length - 1, length, &walk->left[length]) ||
	    !tree->check(tree->context, walk->sequence, length, &walk->left[length]))
		return false;
	for (size_t together = 2; together <= length; together++) {
		if (!fold(walk, length - together, length, &walk->other) ||
		    !td_model_redis_same(&walk->other, &walk->left[length], NULL))
			return false;
	}
	return true;
}

static bool descend(walk_t *walk, size_t length)
{
	if (length == walk->tree->longest || length == TD_TREE_LONGEST)
		return true;
	for (size_t next = 0; next < walk->tree->letters; next++) {
		walk->sequence[length] = next;
		if (!visit(walk, length + 1)) {
			for (size_t at = 0; at <= length; at++)
				printf("%zu ", walk->sequence[at]);
			printf("is the sequence\n");
			walk->tree = NULL;
		}
		if (walk->tree == NULL || !descend(walk, length + 1))
			return false;
	}
	return true;
}

bool td_tree_walk(const td_tree_t *tree, size_t *visited)
{
	static walk_t walk;
	walk = (walk_t){.tree = tree};
	walk.batch = td_batch_new(TD_TOLD_REPORTER, 0, tree->longest, BATCH_BYTES);
	if (walk.batch == NULL)
		abort();
	td_model_redis_init(&walk.other);
	for (size_t length = 0; length <= tree->longest; length++)
		td_model_redis_init(&walk.left[length]);
	td_model_store_init(&walk.store, &walk.other, TD_TOLD_REPORTER);
	bool ok = descend(&walk, 0);
	*visited = walk.visited;
	td_model_store_free(&walk.store);
	for (size_t length = 0; length <= tree->longest; length++)
		td_model_redis_free(&walk.left[length]);
	td_model_redis_free(&walk.other);
	td_batch_free(walk.batch);
	return ok;
}

/*
 * judge_raw: what the pure function says of raw records, for tests of real workers.
 *
 *     judge_raw REPORTER <records >verdicts
 *
 * Reads reference versions, then raw records, each as a line "version SIZE" or "raw OFFSET
 * APPEND_MS SIZE" with as many bytes behind it; writes for each raw record a line "SIZE" and the
 * packed verdict.
 */
#include "workers/verdict.h"
#include "workers/versions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORD_MAX = 64 << 20 };

static bool read_bytes(size_t size, uint8_t **bytes)
{
	if (size > RECORD_MAX)
		return false;
	*bytes = malloc(size + 1);
	return *bytes != NULL && fread(*bytes, 1, size, stdin) == size;
}

static bool add_version(td_versions_t *versions, size_t size)
{
	uint8_t *bytes = NULL;
	td_err_t err = {.text = "cannot be read"};
	bool added = read_bytes(size, &bytes) &&
		     td_versions_add(versions, (td_slice_t){bytes, size}, &err);

	free(bytes);
	if (!added)
		fprintf(stderr, "judge_raw: version: %s\n", err.text);
	return added;
}

static bool judge(const td_versions_t *versions, const char *reporter, td_raw_t raw,
		  td_arena_t *arena)
{
	uint8_t *bytes = NULL;
	td_slice_t packed;
	const td_version_t *version = td_versions_at(versions, raw.append_ms);
	bool judged = version && read_bytes(raw.bytes.size, &bytes);

	raw.bytes.data = bytes;
	td_arena_reset(arena);
	judged = judged && td_verdict_judge(&raw, reporter, version->reference, arena, &packed) &&
		 printf("%zu\n", packed.size) > 0 &&
		 fwrite(packed.data, 1, packed.size, stdout) == packed.size;
	free(bytes);
	if (!judged)
		fprintf(stderr, "judge_raw: raw offset %" PRIu64 " was not judged\n", raw.offset);
	return judged;
}

static bool judge_all(const char *reporter, td_versions_t *versions, td_arena_t *arena)
{
	char line[128];
	bool fine = true;

	while (fine && fgets(line, sizeof(line), stdin)) {
		td_raw_t raw = {0};
		size_t size = 0;

		if (sscanf(line, "version %zu", &size) == 1)
			fine = add_version(versions, size);
		else if (sscanf(line, "raw %" SCNu64 " %" SCNd64 " %zu", &raw.offset,
				&raw.append_ms, &raw.bytes.size) == 3)
			fine = judge(versions, reporter, raw, arena);
		else
			fine = false;
	}
	return fine && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
	td_versions_t *versions = td_versions_new();
	td_arena_t *arena = td_arena_new(TD_VERDICT_ARENA);
	bool fine = argc == 2 && versions && arena && judge_all(argv[1], versions, arena);

	td_arena_free(arena);
	td_versions_free(versions);
	return fine ? 0 : 70;
}

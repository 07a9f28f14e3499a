/*
 * frames: a file of compressed pieces of which each can be read alone.
 *
 * Shell; the only file that includes zstd. The file is a sequence of zstd frames, each of about
 * TD_FRAME_BYTES of content, and a seek table in a skippable frame at its end, as zstd's seekable
 * format has it: any zstd decompresses the whole.
 */
#ifndef TD_AGGREGATOR_AUDIT_FRAMES_H
#define TD_AGGREGATOR_AUDIT_FRAMES_H

#include "aggregator/audit/merkle.h"
#include "common/err.h"

enum {
	TD_FRAME_BYTES = 1024 * 1024,
	TD_FRAME_MAX = 2 * 1024 * 1024, /* bytes of one frame's content, at most */
};

typedef struct td_frames_out td_frames_out_t;

/* Begins a file; it has its name only when it is finished. NULL and err. */
TD_MUST_USE td_frames_out_t *td_frames_create(const char *path, td_err_t *err);

/* Appends a piece that no frame may cut; at most TD_FRAME_MAX - TD_FRAME_BYTES bytes. */
TD_MUST_USE bool td_frames_add(td_frames_out_t *out, td_slice_t piece, td_err_t *err);

/* Ends the file, durably; size and SHA-256 of what lies on disk. Frees in either case. */
TD_MUST_USE bool td_frames_finish(td_frames_out_t *out, uint64_t *size, td_hash_t *sha256,
				  td_err_t *err);

/* Gives up: nothing stays. NULL is allowed. */
void td_frames_abandon(td_frames_out_t *out);

typedef struct td_frames td_frames_t;

/* Opens a finished file; TD_EINTEGRITY when it is none. The caller frees. */
TD_MUST_USE td_frames_t *td_frames_open(const char *path, td_err_t *err);
void td_frames_free(td_frames_t *frames);

size_t td_frames_count(const td_frames_t *frames);

/* The content of one frame, valid until the next call. TD_EINTEGRITY. */
TD_MUST_USE bool td_frames_load(td_frames_t *frames, size_t index, td_slice_t *content,
				td_err_t *err);

#endif

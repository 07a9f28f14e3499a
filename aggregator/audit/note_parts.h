/* note_parts: what the files of note share; for aggregator/audit/note*.c only. Pure. */
#ifndef TD_AGGREGATOR_AUDIT_NOTE_PARTS_H
#define TD_AGGREGATOR_AUDIT_NOTE_PARTS_H

#include "aggregator/audit/note.h"

/* Whether UTF-8 text can name a key: not empty, without spaces and "+". */
TD_MUST_USE bool td_note_name_is_fine(td_slice_t name);

/* Cuts the line up to the next newline, or the end, off `rest`; false when nothing is left. */
TD_MUST_USE bool td_note_line(td_slice_t *rest, td_slice_t *line);

uint64_t td_note_number(const uint8_t *bytes, size_t size);            /* big-endian */
void td_note_put_number(uint64_t number, uint8_t *bytes, size_t size); /* big-endian */

#endif

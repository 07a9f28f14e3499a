/*
 * text: what a text of the contract may consist of, so that two spellings of one id cannot be two
 * records and nothing hides in a code.
 *
 * Pure; the same answer whatever Unicode version the machine's libraries know.
 */
#ifndef TD_WORKERS_TEXT_H
#define TD_WORKERS_TEXT_H

#include "common/td.h"
#include "workers/reason.h"

enum { TD_TEXT_NFC_MAX = 256 }; /* bytes of a text whose composition can be checked */

/*
 * 0 when `text` is UTF-8 without control, invisible and unassignable characters and in NFC; else
 * the reason: TD_REASON_TEXT_UTF8, TD_REASON_TEXT_CONTROL, TD_REASON_TEXT_NFC, or
 * TD_REASON_TOO_LONG beyond TD_TEXT_NFC_MAX bytes.
 */
TD_MUST_USE td_reason_t td_text_check(td_slice_t text);

#endif

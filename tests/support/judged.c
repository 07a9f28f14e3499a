#include "tests/support/judged.h"

#include "proto/json.h"
#include "proto/pb.h"
#include "workers/decode.h"
#include "workers/validate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { TEXT_MAX = 16 * 1024 };

static char said[TEXT_MAX];

static void say(const td_findings_t *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		char code[8];
		size_t used = strlen(said);
		td_reason_print(findings->items[i].reason, code);
		(void)snprintf(said + used, sizeof said - used, "%s%s %s", used > 0 ? ", " : "",
			       code, findings->items[i].field);
	}
}

const char *td_judged(const td_reference_t *reference, const char *reporter, int64_t append_ms,
		      td_arena_t *arena, const char *form, ...)
{
	char text[TEXT_MAX];
	td_json_problems_t problems;
	td_findings_t errors, warnings;
	td_slice_t packed;
	va_list args;
	va_start(args, form);
	(void)vsnprintf(text, sizeof text, form, args);
	va_end(args);
	for (char *quote = text; (quote = strchr(quote, '\'')) != NULL;)
		*quote = '"';
	td_arena_reset(arena);
	const ProtobufCMessage *message =
		td_json_read(td_slice_text(text), &thidua__v1__event__descriptor, arena, &problems);
	if (message == NULL)
		fail_msg("%s: %s in %s", problems.items[0].path, problems.items[0].text, text);
	assert_true(td_pb_pack(message, arena, &packed));
	said[0] = '\0';
	const td_event_t *event = td_decode_event(packed.data, packed.size, arena, &errors);
	if (event == NULL) {
		say(&errors);
		return said;
	}
	bool valid = td_validate_event(event, reference, reporter, append_ms, &errors, &warnings);
	assert_true(valid == (errors.count == 0));
	say(&errors);
	say(&warnings);
	return said;
}

/* Wire forms that protobuf-c lets pass or misreads, refused with their reason and field. */
#include "workers/decode.h"

#include "common/buf.h"
#include "proto/pb.h"
#include "workers/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { ARENA_MAX = 4 * 1024 * 1024, BYTES_MAX = 1024 };

static td_arena_t *arena;

static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA_MAX);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
}

/* What is found in the bytes, "E106 case, E108 "; "" when they are an event. */
static const char *decode(td_slice_t bytes)
{
	static char said[4096];
	td_findings_t findings;
	td_arena_reset(arena);
	const td_event_t *event = td_decode_event(bytes.data, bytes.size, arena, &findings);
	assert_true((event == NULL) == (findings.count > 0));
	said[0] = '\0';
	for (size_t i = 0; i < findings.count; i++) {
		char code[8];
		size_t used = strlen(said);
		td_reason_print(findings.items[i].reason, code);
		(void)snprintf(said + used, sizeof said - used, "%s%s %s", used > 0 ? ", " : "",
			       code, findings.items[i].field);
	}
	if (event == NULL)
		return said;
	/* What passes has one encoding: these bytes. */
	td_slice_t packed;
	assert_true(td_pb_pack(&event->base, arena, &packed));
	assert_true(td_slice_equal(packed, bytes));
	return said;
}

static td_slice_t from_hex(const char *hex, uint8_t *bytes)
{
	size_t size = 0;
	for (; *hex != '\0'; hex += 2) {
		while (*hex == ' ')
			hex++;
		char digits[] = {hex[0], hex[1], '\0'}, *end;
		bytes[size++] = (uint8_t)strtoul(digits, &end, 16);
		assert_true(end == digits + 2 && size < BYTES_MAX);
	}
	return (td_slice_t){bytes, size};
}

typedef struct form {
	const char *hex, *said;
} form_t;

static void decode_all(const form_t *forms, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[BYTES_MAX];
		const char *said = decode(from_hex(forms[i].hex, bytes));
		if (strcmp(said, forms[i].said) != 0)
			fail_msg("'%s' instead of '%s' about %s", said, forms[i].said,
				 forms[i].hex);
	}
}

#define DECODE(forms) decode_all(forms, TD_COUNT(forms))

static void bytes_that_end_too_soon(void **state)
{
	(void)state;
	static const form_t forms[] = {
		{"0a", "E104 "},                       /* a tag alone */
		{"0a 02 61", "E104 "},                 /* a text of two bytes, of which one came */
		{"18", "E104 "},                       /* a number that does not come */
		{"18 ff", "E104 "},                    /* one that does not end */
		{"18 ffffffffffffffffff 7f", "E104 "}, /* of more than 64 bits */
		{"18 80808080808080808080 01", "E104 "},
		{"80", "E104 "},              /* a tag that does not end */
		{"ffffffff7f 01", "E104 "},   /* of more than 32 bits */
		{"0d 61 62", "E104 "},        /* four bytes, of which two came */
		{"09 61 62", "E104 "},        /* eight */
		{"a2 01 02 08", "E104 "},     /* a case of two bytes */
		{"a2 01 01 08", "E104 case"}, /* within the case */
		{"b2 01 03 3a 02 80", "E104 accident"},
		{"b2 01 03 3a 01 80", "E104 accident.injury_percent"},
	};
	DECODE(forms);
}

static void types_that_do_not_belong(void **state)
{
	(void)state;
	static const form_t forms[] = {
		{"08 01", "E105 reporter"},                         /* a number for a text */
		{"1a 01 31", "E105 epoch"},                         /* a text for a number */
		{"1d 00000000", "E105 epoch"},                      /* four bytes for a number */
		{"a0 01 01", "E105 case"},                          /* a number for a message */
		{"b2 01 02 38 05", "E105 accident.injury_percent"}, /* a list that is not packed */
		{"0b 0c", "E105 reporter"},                         /* a group */
		{"0e", "E105 reporter"},                            /* type 6 */
		{"0f", "E105 reporter"},                            /* type 7 */
	};
	DECODE(forms);
}

static void fields_that_the_contract_has_not(void **state)
{
	(void)state;
	static const form_t forms[] = {
		{"00 01", "E106 "},             /* number 0 */
		{"70 01", "E106 "},             /* between the envelope and the body */
		{"8a 02 00", "E106 "},          /* body 33 */
		{"f8 ff ff ff 0f 01", "E106 "}, /* the highest number */
		{"a2 01 03 a0 06 01", "E106 case"},
		{"a2 01 06 9a 01 03 28 07 30", "E104 case.transfer, E106 case.transfer"},
		{"a2 01 05 9a 01 02 28 07", "E106 case.transfer"},
		{"4a 02 18 01", "E106 occurred_at"},
	};
	DECODE(forms);
}

static void fields_that_come_too_often(void **state)
{
	(void)state;
	static const form_t forms[] = {
		{"0a 01 61 0a 01 62", "E107 reporter"},
		{"28 01 28 01", "E107 kind"},
		{"a2 01 00 a2 01 00", "E107 case"},   /* the same body again: the last would win */
		{"a2 01 00 aa 01 00", "E107 arrest"}, /* two bodies */
		{"a2 01 00 f2 01 00 fa 01 00", "E107 retraction, E107 checkpoint"},
		{"4a 02 08 01 4a 02 08 01", "E107 occurred_at"},
		{"b2 01 06 3a 01 05 3a 01 05", "E107 accident.injury_percent"},
		{"a2 01 06 9a 01 00 9a 01 00", "E107 case.transfer"},
	};
	DECODE(forms);
}

static void encodings_that_are_not_the_shortest(void **state)
{
	(void)state;
	static const form_t forms[] = {
		{"28 81 00", "E108 "},                  /* a number in two bytes */
		{"88 00 01", "E105 reporter, E108 "},   /* a tag */
		{"0a 81 00 61", "E108 "},               /* a length */
		{"18 00", "E108 epoch"},                /* a zero that is written out */
		{"0a 00", "E108 reporter"},             /* an empty text */
		{"12 01 61 0a 01 61", "E108 reporter"}, /* out of order */
		{"a2 01 00 0a 01 61", "E108 reporter"},
		{"a2 01 02 70 00", "E108 case.offender_known"},
		{"b2 01 02 3a 00", "E108 accident.injury_percent"}, /* an empty list */
		{"b2 01 04 3a 02 81 00", "E108 accident.injury_percent"},
		{"fa 01 02 12 00", "E108 checkpoint.running_sha256"},
	};
	DECODE(forms);
}

static void numbers_that_do_not_fit_their_type(void **state)
{
	(void)state;
	static const form_t forms[] = {
		{"60 80 80 80 80 10", "E103 min_reader"}, /* 2^32, which would be read as 0 */
		{"a2 01 06 18 85 80 80 80 10", "E109 case.clause"},      /* 2^32 + 5, as 5 */
		{"a2 01 06 28 ff ff ff ff 0f", "E109 case.reported_on"}, /* -1 in 32 bits */
		{"a2 01 0b 28 ff ff ff ff ff ff ff ff ff 01", ""},       /* -1 */
		{"28 ff ff ff ff 7f", "E109 kind"}, /* 2^35 - 1, which would be read as -1 */
		{"28 0d", "E110 kind"},
		{"28 63", "E110 kind"},
		{"28 ff ff ff ff ff ff ff ff ff 01", "E110 kind"}, /* -1 */
		{"a2 01 02 08 0b", "E110 case.status"},
		{"a2 01 02 70 02", "E109 case.offender_known"}, /* a truth of 2 */
		{"18 ff ff ff ff ff ff ff ff ff 01", ""},       /* 2^64 - 1 is for validate */
		{"b2 01 07 3a 05 80 80 80 80 10", "E109 accident.injury_percent"},
	};
	DECODE(forms);
}

static void texts_that_hide_something(void **state)
{
	(void)state;
	static const form_t forms[] = {
		{"32 02 61 00", "E112 record_id"}, /* would end at its NUL */
		{"32 02 61 0a", "E112 record_id"},
		{"32 02 61 7f", "E112 record_id"},
		{"32 03 61 c2 85", "E112 record_id"},       /* next line */
		{"32 04 61 e2 80 8b", "E112 record_id"},    /* zero width */
		{"32 04 61 e2 80 ae", "E112 record_id"},    /* right to left */
		{"32 04 61 ef bb bf", "E112 record_id"},    /* byte order mark */
		{"32 05 61 f0 9f 98 80", "E112 record_id"}, /* beyond the first plane */
		{"32 02 61 ff", "E111 record_id"},
		{"32 02 61 c3", "E111 record_id"},       /* cut within a character */
		{"32 02 c0 af", "E111 record_id"},       /* longer than needed */
		{"32 03 ed a0 80", "E111 record_id"},    /* half of a pair */
		{"32 04 f4 90 80 80", "E111 record_id"}, /* beyond Unicode */
		{"32 04 48 6f cc 80", "E113 record_id"}, /* o and a grave */
		{"32 03 cc 80 61", ""},                  /* a grave on nothing */
		{"32 03 48 c3 b2", ""},                  /* ò */
		{"32 05 e1 ba bf 20 78", ""},            /* ế, a blank within */
		{"a2 01 07 9a 01 04 12 02 61 00", "E112 case.transfer.other"},
	};
	DECODE(forms);
}

static void sizes_beyond_the_limits(void **state)
{
	(void)state;
	td_buf_t bytes = td_buf_make(TD_RAW_EVENT_MAX + 1);
	assert_string_equal(decode((td_slice_t){NULL, 0}), "E101 ");

	td_buf_add(&bytes, "\x32\x40", 2);
	for (int i = 0; i < TD_ID_MAX; i++)
		td_buf_add_byte(&bytes, 'a');
	assert_string_equal(decode(td_buf_slice(&bytes)), "");
	bytes.data[1]++;
	td_buf_add_byte(&bytes, 'a');
	assert_string_equal(decode(td_buf_slice(&bytes)), "E114 record_id");

	td_buf_clear(&bytes);
	td_buf_add(&bytes, "\xb2\x01\x66\x3a\x64", 5);
	for (int i = 0; i < 100; i++)
		td_buf_add_byte(&bytes, 7);
	assert_string_equal(decode(td_buf_slice(&bytes)), "");
	bytes.data[2]++;
	bytes.data[4]++;
	td_buf_add_byte(&bytes, 7);
	assert_string_equal(decode(td_buf_slice(&bytes)), "E115 accident.injury_percent");

	td_buf_clear(&bytes);
	while (bytes.size <= TD_RAW_EVENT_MAX)
		td_buf_add_byte(&bytes, 0);
	assert_string_equal(decode(td_buf_slice(&bytes)), "E102 ");
	td_buf_free(&bytes);
}

static void an_event_for_a_later_reader_is_no_mistake_of_its_sender(void **state)
{
	(void)state;
	static const form_t forms[] = {
		{"60 01", ""},
		{"60 02", "E103 min_reader"},
		{"60 02 90 05 01", "E103 min_reader"}, /* with a field of that release */
		{"60 02 28 63", "E103 min_reader"},    /* with a kind of that release */
		{"60 02 0a", "E103 min_reader"},
		{"90 05 01", "E106 "},
	};
	DECODE(forms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_that_end_too_soon),
		cmocka_unit_test(types_that_do_not_belong),
		cmocka_unit_test(fields_that_the_contract_has_not),
		cmocka_unit_test(fields_that_come_too_often),
		cmocka_unit_test(encodings_that_are_not_the_shortest),
		cmocka_unit_test(numbers_that_do_not_fit_their_type),
		cmocka_unit_test(texts_that_hide_something),
		cmocka_unit_test(sizes_beyond_the_limits),
		cmocka_unit_test(an_event_for_a_later_reader_is_no_mistake_of_its_sender),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

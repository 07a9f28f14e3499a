/* record: a state packs into few bytes, comes back exactly, and an altered one is refused. */
#include "aggregator/record.h"

#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { LISTPACK_MAX = 64 };

static const td_slice_t NAME = {(const uint8_t *)"1/2021-000001", 13};

static int32_t day_of(int32_t on)
{
	int32_t day;
	assert_true(td_localday_of_yyyymmdd(on, &day));
	return day;
}

static void add(td_record_t *record, uint16_t metric, int32_t on, int64_t amount)
{
	record->adds.items[record->adds.count++] = (td_contribution_t){
		.metric = metric, .day = day_of(on), .amount = amount, .hour = TD_HOUR_NONE};
}

/* A case at home that came to `stages` of its days. */
static td_record_t case_of(size_t stages)
{
	static const struct {
		uint16_t metric;
		int32_t on;
	} all[] = {{1, 20210305},  {2, 20210310},  {3, 20210305},  {4, 20210310},
		   {5, 20210401},  {7, 20210310},  {8, 20210310},  {9, 20210410},
		   {10, 20210420}, {11, 20210501}, {12, 20210502}, {13, 20210503}};
	td_record_t record = {.revision = 1614940000000};
	(void)snprintf(record.adds.provinces[0], TD_AREA_MAX, "vn-06");
	(void)snprintf(record.adds.unit, TD_AREA_MAX, "vn-06.136");
	for (size_t i = 0; i < stages; i++) {
		add(&record, all[i].metric, all[i].on, 1);
		record.adds.items[i].dim1 = 2;
		record.adds.items[i].dim2 = 1;
	}
	return record;
}

static td_record_t worst_record(void)
{
	td_record_t record = {.revision = UINT64_MAX, .rejected_revision = UINT64_MAX};
	memset(record.adds.provinces[0], 'p', TD_AREA_MAX - 1);
	memset(record.adds.provinces[1], 'q', TD_AREA_MAX - 1);
	memset(record.adds.unit, 'u', TD_AREA_MAX - 1);
	for (uint16_t i = 0; i < TD_CONTRIBUTIONS_MAX; i++) {
		add(&record, (uint16_t)(4096 * i), i % 2 == 0 ? 19450101 : 21001231,
		    -((int64_t)1 << 50));
		record.adds.items[i].dim1 = (uint8_t)i;
		record.adds.items[i].hour = 23;
		record.adds.items[i].province = i % 2;
	}
	return record;
}

static void assert_comes_back(const td_record_t *record, td_slice_t name, const char *home)
{
	uint8_t packed[TD_RECORD_PACKED_MAX];
	td_record_t back;
	size_t size = td_record_pack(record, name, home, packed);
	assert_in_range(size, 1, TD_RECORD_PACKED_MAX);
	memset(&back, 0xa5, sizeof back);
	assert_true(td_record_unpack((td_slice_t){packed, size}, name, home, &back));
	assert_int_equal(back.revision, record->revision);
	assert_int_equal(back.rejected_revision, record->rejected_revision);
	assert_memory_equal(&back.adds, &record->adds, sizeof back.adds);
}

static void every_kind_of_state_comes_back_exactly(void **state)
{
	(void)state;
	td_record_t records[] = {
		{0},
		{.rejected_revision = 7},
		{.revision = 7},
		{.revision = 3, .rejected_revision = 9},
		case_of(1),
		case_of(12),
		worst_record(),
	};
	for (size_t i = 0; i < TD_COUNT(records); i++) {
		assert_comes_back(&records[i], NAME, "vn-06");
		assert_comes_back(&records[i], NAME, "");
		assert_comes_back(&records[i], NAME,
				  "a-reporter-with-a-name-longer-than-any-area-can-ever-be");
		assert_comes_back(&records[i], (td_slice_t){NULL, 0}, "vn-06");
	}
}

static void units_at_home_and_elsewhere_come_back(void **state)
{
	(void)state;
	static const char *const units[] = {"",       "vn-06",    "vn-06.",    "vn-06.136",
					    "vn-069", "vn-06a.1", "vn-69.pc1", "136"};
	static const char *const provinces[][2] = {
		{"vn-06", ""}, {"vn-69", ""}, {"vn-06", "vn-69"}, {"", ""}};
	for (size_t i = 0; i < TD_COUNT(units); i++) {
		for (size_t with = 0; with < TD_COUNT(provinces); with++) {
			td_record_t record = {.revision = 1};
			add(&record, 3, 20210305, 1);
			(void)snprintf(record.adds.unit, TD_AREA_MAX, "%s", units[i]);
			for (size_t at = 0; at < TD_AREAS_MAX; at++)
				(void)snprintf(record.adds.provinces[at], TD_AREA_MAX, "%s",
					       provinces[with][at]);
			assert_comes_back(&record, NAME, "vn-06");
		}
	}
}

static void an_ordinary_record_stays_a_listpack_value(void **state)
{
	(void)state;
	uint8_t packed[TD_RECORD_PACKED_MAX];
	td_record_t all = case_of(12), some = case_of(4);
	assert_in_range(td_record_pack(&some, NAME, "vn-06", packed), 1, LISTPACK_MAX / 2);
	assert_in_range(td_record_pack(&all, NAME, "vn-06", packed), 1, LISTPACK_MAX);
}

static void every_altered_bit_and_every_cut_is_noticed(void **state)
{
	(void)state;
	uint8_t packed[TD_RECORD_PACKED_MAX];
	td_record_t record = case_of(6), back;
	record.rejected_revision = 1614940000001;
	size_t size = td_record_pack(&record, NAME, "vn-06", packed);
	for (size_t bit = 0; bit < size * 8; bit++) {
		packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(td_record_unpack((td_slice_t){packed, size}, NAME, "vn-06", &back));
		packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < size; cut++)
		assert_false(td_record_unpack((td_slice_t){packed, cut}, NAME, "vn-06", &back));
	assert_false(td_record_unpack((td_slice_t){packed, size + 1}, NAME, "vn-06", &back));
	assert_true(td_record_unpack((td_slice_t){packed, size}, NAME, "vn-06", &back));
}

static void a_state_moved_to_another_record_is_noticed(void **state)
{
	(void)state;
	uint8_t packed[TD_RECORD_PACKED_MAX];
	td_record_t record = case_of(2), back;
	size_t size = td_record_pack(&record, NAME, "vn-06", packed);
	assert_false(td_record_unpack((td_slice_t){packed, size}, td_slice_text("1/2021-000002"),
				      "vn-06", &back));
}

/* Somebody who computes the checksum still cannot plant what would break the sums. */
static void what_contribute_cannot_have_made_is_refused(void **state)
{
	(void)state;
	td_record_t records[] = {case_of(2), case_of(2), case_of(2), case_of(2), case_of(2)};
	records[0].adds.items[1].amount = 0;
	records[1].adds.items[1].amount = ((int64_t)1 << 50) + 1;
	records[2].adds.items[1].day = td_localday_make(2101, 1, 1);
	records[3].adds.items[1].day = td_localday_make(1944, 12, 31);
	records[4].adds.items[1].hour = 24;
	for (size_t i = 0; i < TD_COUNT(records); i++) {
		uint8_t packed[TD_RECORD_PACKED_MAX];
		td_record_t back;
		size_t size = td_record_pack(&records[i], NAME, "vn-06", packed);
		assert_false(td_record_unpack((td_slice_t){packed, size}, NAME, "vn-06", &back));
	}
}

static void a_rejection_is_open_until_a_statement_reaches_its_revision(void **state)
{
	(void)state;
	static const struct {
		uint64_t revision, rejected;
		bool open;
	} cases[] = {{0, 0, false}, {0, 1, true}, {5, 4, false}, {5, 5, false}, {5, 6, true}};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_record_t record = {.revision = cases[i].revision,
				      .rejected_revision = cases[i].rejected};
		assert_int_equal(td_record_is_open(&record), cases[i].open);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_state_comes_back_exactly),
		cmocka_unit_test(units_at_home_and_elsewhere_come_back),
		cmocka_unit_test(an_ordinary_record_stays_a_listpack_value),
		cmocka_unit_test(every_altered_bit_and_every_cut_is_noticed),
		cmocka_unit_test(a_state_moved_to_another_record_is_noticed),
		cmocka_unit_test(what_contribute_cannot_have_made_is_refused),
		cmocka_unit_test(a_rejection_is_open_until_a_statement_reaches_its_revision),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

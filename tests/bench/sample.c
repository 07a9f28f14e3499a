#include "tests/bench/sample.h"

#include "common/localday.h"

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

#include <inttypes.h>
#include <stdio.h>

enum { CORRECTED_BACK = 20000, DAYS = 365, PER_DAY = 10000 };

/* A well-mixed number: splitmix64. */
static uint64_t mix(uint64_t number)
{
	number += UINT64_C(0x9e3779b97f4a7c15);
	number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
	return number ^ (number >> 31);
}

static bool corrects(uint64_t number)
{
	return number > 0 && mix(number) % 10 == 0;
}

uint64_t td_sample_record(uint64_t number)
{
	uint64_t back = number < CORRECTED_BACK ? number : CORRECTED_BACK;
	return corrects(number) ? number - mix(~number) % (back + 1) : number;
}

static int64_t moment_ms(uint64_t record)
{
	int32_t first = td_localday_make(2021, 1, 1);
	int32_t day = first + (int32_t)(record / PER_DAY % DAYS);
	return td_localday_start_ms(day) + (int64_t)(mix(record) % 24) * 3600000;
}

size_t td_sample_event(const char *reporter, uint64_t number, uint8_t packed[TD_SAMPLE_MAX])
{
	char record_id[32], unit[48];
	uint64_t record = td_sample_record(number);
	int64_t at_ms = moment_ms(record);
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Thidua__V1__Accident accident = THIDUA__V1__ACCIDENT__INIT;
	Thidua__V1__Event event = THIDUA__V1__EVENT__INIT;
	(void)snprintf(record_id, sizeof(record_id), "2021-%08" PRIu64, record);
	(void)snprintf(unit, sizeof(unit), "%s.pc08", reporter);
	at.seconds = at_ms / 1000;
	accident.mode = THIDUA__V1__TRAFFIC_MODE__TRAFFIC_MODE_ROAD;
	accident.class_ = THIDUA__V1__ACCIDENT_CLASS__ACCIDENT_CLASS_SERIOUS;
	accident.deaths = 1;
	accident.injured = (uint32_t)(mix(number) % 4);
	event.reporter = (char *)(uintptr_t)reporter;
	event.source = (char *)(uintptr_t) "main";
	event.epoch = 1;
	event.sequence = number + 1;
	event.source_line = number + 1;
	event.kind = THIDUA__V1__KIND__KIND_ACCIDENT;
	event.record_id = record_id;
	event.revision = number + 1;
	event.unit = unit;
	event.occurred_at = event.recorded_at = &at;
	event.occurred_precision = THIDUA__V1__PRECISION__PRECISION_TIME;
	event.body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event.accident = &accident;
	return thidua__v1__event__get_packed_size(&event) <= TD_SAMPLE_MAX
		       ? thidua__v1__event__pack(&event, packed)
		       : 0;
}

size_t td_sample_verdict(const char *reporter, uint64_t number, int64_t append_ms,
			 uint8_t packed[TD_SAMPLE_MAX])
{
	uint8_t raw[TD_SAMPLE_MAX];
	Thidua__V1__Stage stage = THIDUA__V1__STAGE__INIT, *stages[] = {&stage};
	Thidua__V1__Enriched enriched = THIDUA__V1__ENRICHED__INIT;
	Thidua__V1__Verdict verdict = THIDUA__V1__VERDICT__INIT;
	stage.kind = THIDUA__V1__STAGE_KIND__STAGE_KIND_OCCURRED;
	stage.on = td_localday_yyyymmdd(td_localday_of_ms(moment_ms(td_sample_record(number))));
	stage.province = (char *)(uintptr_t)reporter;
	stage.cluster = 3;
	enriched.raw.data = raw;
	enriched.raw.len = td_sample_event(reporter, number, raw);
	enriched.n_stages = 1;
	enriched.stages = stages;
	verdict.raw_offset = number;
	verdict.append_ms = append_ms;
	verdict.reference_version = 1;
	verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_ENRICHED;
	verdict.enriched = &enriched;
	return thidua__v1__verdict__get_packed_size(&verdict) <= TD_SAMPLE_MAX
		       ? thidua__v1__verdict__pack(&verdict, packed)
		       : 0;
}

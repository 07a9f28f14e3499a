#include "producers/simulate_parts.h"

enum { ACCIDENTS_MAX = 256, INJURED_MAX = 12 };

typedef struct accident {
	const char *mode, *class, *unit;
	int64_t deaths, injured, damage, percents[INJURED_MAX];
	size_t percent_count;
	int32_t day;
	bool died_later; /* one of the dead was injured at first */
} accident_t;

/* Deals the year's dead and injured out over its accidents: the sums are exact. */
static void deal(td_sim_t *sim, accident_t *accidents, int64_t count, int64_t deaths,
		 int64_t injured)
{
	for (int64_t i = 0; i < count && deaths > 0; i++) {
		int64_t dead = deaths >= 3 && i < count / 50   ? 3
			       : deaths >= 2 && i < count / 12 ? 2
							       : 1;
		accidents[i].deaths = dead;
		deaths -= dead;
	}
	while (injured > 0) {
		accident_t *hit = &accidents[td_sim_below(sim, count)];
		if (hit->injured < INJURED_MAX - 1) {
			hit->injured++;
			injured--;
		}
	}
}

static const char *class_of_deaths(int64_t deaths)
{
	static const char *const classes[] = {"", "ACCIDENT_CLASS_SERIOUS", "ACCIDENT_CLASS_VERY",
					      "ACCIDENT_CLASS_ESPECIALLY"};
	return classes[deaths < 3 ? deaths : 3];
}

/* Class, damage and injuries that fit each other by the circular of 2009. */
static void describe(td_sim_t *sim, accident_t *accident)
{
	accident->damage = td_sim_from(sim, 5, 40) * 1000000;
	if (accident->deaths > 0) {
		accident->class = class_of_deaths(accident->deaths);
	} else if (accident->injured == 0) {
		bool collision = td_sim_chance(sim, 600);
		accident->class = collision ? "ACCIDENT_CLASS_COLLISION" : "ACCIDENT_CLASS_LESS";
		accident->damage = collision ? td_sim_from(sim, 1, 4) * 1000000 : accident->damage;
	} else {
		accident->class =
			accident->injured == 1 ? "ACCIDENT_CLASS_LESS" : "ACCIDENT_CLASS_SERIOUS";
		for (int64_t i = 0; i < accident->injured && accident->injured <= 4; i++)
			accident->percents[accident->percent_count++] =
				accident->injured == 1 ? td_sim_from(sim, 11, 30)
						       : td_sim_from(sim, 21, 25);
	}
	int64_t drawn = td_sim_below(sim, 100);
	accident->mode = drawn < 96   ? "TRAFFIC_MODE_ROAD"
			 : drawn < 98 ? "TRAFFIC_MODE_RAIL"
				      : "TRAFFIC_MODE_WATERWAY";
	accident->unit =
		td_sim_chance(sim, 250) ? td_sim_division(sim, "pc08") : td_sim_district(sim);
	accident->died_later = accident->deaths > 0 && td_sim_chance(sim, 100);
}

static void say(td_sim_t *sim, td_sim_record_t *record, const accident_t *accident)
{
	td_sim_begin(sim, record, 10 * SIM_HOUR_MS, "accident");
	td_sim_word(sim, "mode", accident->mode);
	td_sim_word(sim, "class", accident->class);
	td_sim_number(sim, "deaths", accident->deaths);
	td_sim_number(sim, "injured", accident->injured);
	td_sim_long(sim, "damageVnd", accident->damage);
	if (accident->percent_count > 0) {
		td_buf_add_text(&sim->rows->text, ",\"injuryPercent\":[");
		for (size_t i = 0; i < accident->percent_count; i++) {
			if (i > 0)
				td_buf_add_byte(&sim->rows->text, ',');
			td_buf_add_decimal(&sim->rows->text, accident->percents[i]);
		}
		td_buf_add_byte(&sim->rows->text, ']');
	}
	td_sim_end(sim, record);
}

static void state(td_sim_t *sim, const accident_t *accident, int64_t number, int32_t shift)
{
	td_sim_record_t record =
		td_sim_record(sim, "KIND_ACCIDENT", "TN", number + (shift > 0 ? 800000 : 0));
	record.unit = accident->unit;
	td_sim_when(sim, &record, accident->day + shift, false);
	if (accident->died_later) {
		accident_t first = *accident;
		first.deaths--;
		first.injured++;
		first.class =
			first.deaths > 0 ? class_of_deaths(first.deaths) : "ACCIDENT_CLASS_SERIOUS";
		say(sim, &record, &first);
		record.recorded_ms += 4 * SIM_DAY_MS;
	}
	say(sim, &record, accident);
}

void td_sim_accidents(td_sim_t *sim)
{
	static const td_sim_span_t spans[] = {
		{0, 400, 10}, {SIM_JANUARY + 20, SIM_FEBRUARY + 20, 13}, {0, 0, -1}};
	accident_t accidents[ACCIDENTS_MAX] = {{0}};
	td_sim_season_t season;
	size_t year = (size_t)(sim->task->year - TD_SIMULATE_FIRST_YEAR);
	int64_t count = sim->province->accidents[year];
	td_sim_season(sim, spans, &season);
	deal(sim, accidents, count, sim->province->deaths[year], sim->province->injured[year]);
	for (int64_t i = 0; i < count; i++) {
		describe(sim, &accidents[i]);
		accidents[i].day = td_sim_day(sim, &season);
		state(sim, &accidents[i], i, 0);
		int32_t shift = td_sim_again(sim, accidents[i].day);
		if (shift > 0)
			state(sim, &accidents[i], i, shift);
	}
}

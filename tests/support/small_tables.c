#include "tests/support/small_tables.h"

static const struct table {
	const char *name, *text;
} tables[TD_SMALL_TABLES] = {
	{"awards.tsv", "form\tlevel\tvalid_from\tvalid_to\nmedal\tstate\t\t\n"},
	{"clusters.tsv", "year\tcluster\tprovince_id\trole\n2021\t3\tp\thead\n"},
	{"crime_groups.tsv", "article\tgroup\tbasis\n1\tdrugs\tusual\n"},
	{"criteria.tsv", "year\tcluster\tcriterion\tmaximum_hundredths\tname_vi\tname_en\n"
			 "2021\t3\t1\t100\tMột\tOne\n"},
	{"offences.tsv", "article\tclause\tseverity\tkind\tmax_penalty\tchapter\tname_vi\tname_en\t"
			 "valid_from\tvalid_to\n1\t1\tnghiem_trong\tchinh\t7\tI\tMột\tOne\t\t\n"},
	{"provinces.tsv", "province_id\tiso_3166_2\tgso_code\ttype\tname_vi\tname_en\tvalid_from\t"
			  "valid_to\tsuccessor_id\np\tP\t01\ttinh\tMột\tOne\t\t\t\n"},
	{"reporters.tsv", "reporter_id\tkind\tprovince_id\tcluster\tkinds\tvalid_from\tvalid_to\n"
			  "p\tprovince\tp\t\tcase,arrest\t\t\n"},
	{"units.tsv", "unit_id\tprovince_id\tlevel\tcode\tname_vi\tvalid_from\tvalid_to\n"
		      "p.1\tp\tdistrict\t1\tMột\t\t\n"},
};

void td_small_tables(td_named_t files[TD_SMALL_TABLES])
{
	for (size_t i = 0; i < TD_SMALL_TABLES; i++)
		files[i] = (td_named_t){tables[i].name, td_slice_text(tables[i].text)};
}

/*
 * application.c
 *		One violation after the other through libpq, prepared, as an application
 *		sends them; for test/bench/application.sh.
 *
 *	application WHO ROUND
 *
 * Takes the accounts and rules of a round from bench.single, and prints the
 * microseconds that one of them took.  WHO is a schema with a table "violation"
 * whose triggers do the rest (one statement each), "floor", or "application":
 * then the rest is done here, in a transaction, as one would write it without
 * the extension: read the rule, lock the standing, give back what clean time has
 * earned, insert, update, open or prolong the sanction, withhold.  What does not
 * change (the ladder) is read once.  No pipelining: each answer decides what
 * comes next.
 */
#include <libpq-fe.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SCHEME "douyin.commerce"

typedef struct Rung
{
	double		at_most;
	int			tier;
	char	   *name;
	char	   *withholds;
	char	   *lasts;			/* NULL: for ever */
} Rung;

static const char *const tiers[] = {"clear", "warned", "limited", "muted", "suspended", "revoked", "banned"};

static PGconn *conn;
static Rung *ladder;
static int	nrungs;

static PGresult *
check(PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
	{
		fprintf(stderr, "%s", PQresultErrorMessage(result));
		exit(1);
	}
	return result;
}

static void
prepare(const char *name, const char *query)
{
	PQclear(check(PQprepare(conn, name, query, 0, NULL)));
}

static PGresult *
run(const char *name, int n, const char *const *values)
{
	return check(PQexecPrepared(conn, name, n, values, NULL, NULL, 0));
}

static int
tier_rank(const char *name)
{
	for (int i = 0; i < (int) (sizeof(tiers) / sizeof(tiers[0])); i++)
		if (strcmp(tiers[i], name) == 0)
			return i;
	fprintf(stderr, "unknown tier %s\n", name);
	exit(1);
}

static void
prepare_application(void)
{
	PGresult   *result;

	prepare("begin", "BEGIN");
	prepare("commit", "COMMIT");
	prepare("rule", "SELECT usual FROM bench.rule WHERE scheme = '" SCHEME "' AND rule = $1");
	prepare("lock", "SELECT score, extract(epoch FROM now() - as_of) / 86400, tier, tier_until > now()"
			" FROM application.standing WHERE account_id = $1 AND scheme = '" SCHEME "' FOR NO KEY UPDATE");
	prepare("first", "INSERT INTO application.standing VALUES ($1, '" SCHEME "', 12, now(), 'clear', now())"
			" ON CONFLICT DO NOTHING");
	prepare("violation", "INSERT INTO application.violation (account_id, scheme, rule)"
			" VALUES ($1, '" SCHEME "', $2) RETURNING violation_id");
	prepare("standing", "UPDATE application.standing SET score = $2, as_of = now(), tier = $3,"
			" tier_until = CASE WHEN $5 THEN greatest(tier_until, coalesce(now() + $4::interval, 'infinity')) ELSE tier_until END"
			" WHERE account_id = $1 AND scheme = '" SCHEME "'");
	prepare("prolong", "UPDATE application.sanction SET during = tstzrange(lower(during),"
			" nullif(greatest(upper(during), coalesce(now() + $3::interval, 'infinity')), 'infinity'))"
			" WHERE account_id = $1 AND scheme = '" SCHEME "' AND rung = $2 AND during @> now() RETURNING sanction_id");
	prepare("sanction", "INSERT INTO application.sanction (account_id, scheme, rung, tier, withholds, during, violation_id)"
			" VALUES ($1, '" SCHEME "', $2, $3, $4, tstzrange(now(), now() + $5::interval), $6) RETURNING sanction_id");
	prepare("withhold", "INSERT INTO application.restriction AS r"
			" SELECT $1, c, '" SCHEME "', coalesce(now() + $3::interval, 'infinity'), $4 FROM unnest($2::text[]) c"
			" ON CONFLICT (account_id, capability, scheme) DO UPDATE"
			" SET until = excluded.until, sanction_id = excluded.sanction_id WHERE r.until < excluded.until");

	result = check(PQexec(conn, "SELECT at_most, tier, rung, withholds, lasts FROM bench.rung ORDER BY at_most"));
	nrungs = PQntuples(result);
	ladder = calloc(nrungs, sizeof(Rung));
	for (int i = 0; i < nrungs; i++)
	{
		ladder[i].at_most = atof(PQgetvalue(result, i, 0));
		ladder[i].tier = tier_rank(PQgetvalue(result, i, 1));
		ladder[i].name = strdup(PQgetvalue(result, i, 2));
		ladder[i].withholds = strdup(PQgetvalue(result, i, 3));
		ladder[i].lasts = PQgetisnull(result, i, 4) ? NULL : strdup(PQgetvalue(result, i, 4));
	}
	PQclear(result);
}

/* A point for every 7 days below 10, for every 30 days from there on. */
static double
recovered(double score, double days)
{
	double		below = ceil(10 - score);

	if (days < 7 || score >= 12)
		return score;
	if (score >= 10)
		return fmin(12, score + floor(days / 30));
	if (floor(days / 7) < below)
		return score + floor(days / 7);
	return fmin(12, score + below + floor((days - 7 * below) / 30));
}

static void
record(const char *account, const char *rule)
{
	const char *values[6];
	char		score_text[32];
	char		violation[32];
	char		sanction[32];
	PGresult   *result;
	const Rung *reached = NULL;
	double		taken;
	double		before;
	double		score;
	int			tier;

	PQclear(run("begin", 0, NULL));
	values[0] = rule;
	result = run("rule", 1, values);
	if (PQntuples(result) != 1)
	{
		fprintf(stderr, "there is no rule %s\n", rule);
		exit(1);
	}
	taken = atof(PQgetvalue(result, 0, 0));
	PQclear(result);

	values[0] = account;
	result = run("lock", 1, values);
	if (PQntuples(result) == 0)
	{
		PQclear(result);
		PQclear(run("first", 1, values));
		result = run("lock", 1, values);
	}
	before = recovered(atof(PQgetvalue(result, 0, 0)), atof(PQgetvalue(result, 0, 1)));
	tier = PQgetvalue(result, 0, 3)[0] == 't' ? tier_rank(PQgetvalue(result, 0, 2)) : 0;
	PQclear(result);

	values[0] = account;
	values[1] = rule;
	result = run("violation", 2, values);
	snprintf(violation, sizeof(violation), "%s", PQgetvalue(result, 0, 0));
	PQclear(result);

	score = fmax(0, before - taken);
	for (int i = 0; i < nrungs && reached == NULL; i++)
		if (ladder[i].at_most >= score && ladder[i].at_most < before)
			reached = &ladder[i];
	if (reached != NULL)
	{
		values[0] = account;
		values[1] = reached->name;
		values[2] = reached->lasts;
		result = run("prolong", 3, values);
		if (PQntuples(result) == 0)
		{
			PQclear(result);
			values[2] = tiers[reached->tier];
			values[3] = reached->withholds;
			values[4] = reached->lasts;
			values[5] = violation;
			result = run("sanction", 6, values);
		}
		snprintf(sanction, sizeof(sanction), "%s", PQgetvalue(result, 0, 0));
		PQclear(result);
		values[0] = account;
		values[1] = reached->withholds;
		values[2] = reached->lasts;
		values[3] = sanction;
		PQclear(run("withhold", 4, values));
	}

	snprintf(score_text, sizeof(score_text), "%g", score);
	values[0] = account;
	values[1] = score_text;
	values[2] = tiers[reached != NULL && reached->tier >= tier ? reached->tier : tier];
	values[3] = reached != NULL ? reached->lasts : NULL;
	values[4] = reached != NULL && reached->tier >= tier ? "t" : "f";
	PQclear(run("standing", 5, values));
	PQclear(run("commit", 0, NULL));
}

int
main(int argc, char **argv)
{
	char		query[512];
	PGresult   *input;
	struct timespec from;
	struct timespec to;
	int			own;
	int			n;

	if (argc != 3)
		return 2;
	own = strcmp(argv[1], "application") == 0;
	conn = PQconnectdb("");
	if (PQstatus(conn) != CONNECTION_OK)
	{
		fprintf(stderr, "%s", PQerrorMessage(conn));
		return 1;
	}
	snprintf(query, sizeof(query), "SELECT account_id, rule, points FROM bench.single WHERE round = %d ORDER BY number",
			 atoi(argv[2]));
	input = check(PQexec(conn, query));
	n = PQntuples(input);

	if (own)
		prepare_application();
	else if (strcmp(argv[1], "floor") == 0)
		prepare("insert", "WITH v AS (INSERT INTO counter.violation (account_id, scheme, rule)"
				" VALUES ($1::bigint, '" SCHEME "', $2))"
				" UPDATE counter.counter SET points = points - $3::int WHERE account_id = $1::bigint");
	else
	{
		/* All get the points, so that all statements are alike. */
		snprintf(query, sizeof(query), "INSERT INTO %s.violation (account_id, scheme, rule, points)"
				 " VALUES ($1, '" SCHEME "', $2, $3::numeric)", argv[1]);
		prepare("insert", query);
	}

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < n; i++)
	{
		const char *values[3] = {PQgetvalue(input, i, 0), PQgetvalue(input, i, 1), PQgetvalue(input, i, 2)};

		if (own)
			record(values[0], values[1]);
		else
			PQclear(run("insert", 3, values));
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.3f\n", ((to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3) / n);
	PQfinish(conn);
	return 0;
}

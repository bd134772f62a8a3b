# Many sessions at once, at three isolation levels, over few accounts.
#
# Shuffled, overlapping batches, single violations, overturned decisions, appeals,
# releases, activities, changed facts, certifications and violations that cost
# them, publications and a rebuild meet over fresh accounts
# (whose standings begin meanwhile).  There is no deadlock and no error; a
# serialization failure only where the level promises it, and harmless when
# retried; no point is lost; the ledger equals its replay.
# GOVERNANCE_CONCURRENCY_SECONDS says how long (default 6).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use Governance;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use List::Util qw(min);
use Test::More;
use Time::HiRes qw(time);
use IPC::Run qw(start finish);

my $seconds = $ENV{GOVERNANCE_CONCURRENCY_SECONDS} // 6;
my $seed = $ENV{GOVERNANCE_SEED} // 20240601;
my $accounts = 400;
my $began = time;

my $node = new_node('concurrency', 'deadlock_timeout = 200ms', 'synchronous_commit = off');
create_ledger($node, 'postgres', $accounts);
publish_basic($node, 'postgres', 't.full', 't.other');

# A scheme whose score plain SQL can add up.
$node->safe_psql('postgres', q{
	SELECT governance.publish('{"scheme": "t.sum", "title": "sum",
		"score": {"direction": "deduct", "cap": 10000000},
		"rules": {"x": {"title": "x", "points": [0, 100]}},
		"ladder": [{"rung": "low", "when": "score < 9999900", "tier": "limited", "withhold": ["post"]},
			{"rung": "mute", "when": "score < 9999000", "tier": "muted", "withhold": ["comment", "certification"], "for": "1 day"}]}')});

$node->safe_psql('postgres', q{
	INSERT INTO governance.certification_consequence (scheme, rule, severity, effect) VALUES
		('t.full', 'insult', NULL, 'suspend'), ('t.other', NULL, 'medium', 'suspend');
	INSERT INTO governance.requirement (domain, qualification) VALUES ('health', 'occupation:healthcare/physician');
	INSERT INTO governance.certification_attribute (qualification, name, value) VALUES ('occupation:healthcare/physician', 'trusted', 'true')});

my $dir = PostgreSQL::Test::Utils::tempdir;
my %script = (
	single => q{
\set a random(1, :accounts)
\set p random(0, 100)
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (:a, 't.sum', 'x', :p);
},
	# 30 accounts in any order under three schemes, some twice
	batch => q{
\set n random(2, 30)
INSERT INTO governance.violation (account_id, scheme, rule, points)
	SELECT 1 + floor(random() * :accounts)::int, (ARRAY['t.sum', 't.full', 't.other'])[1 + i % 3],
		CASE WHEN i % 3 = 0 THEN 'x' ELSE 'insult' END, CASE WHEN i % 3 = 0 THEN floor(random() * 100) END
	FROM generate_series(1, :n) i ORDER BY random();
},
	late => q{
\set a random(1, :accounts)
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at)
	SELECT 1 + (:a + i * 7919) % :accounts, 't.full', 'noise', now() - i * interval '3 days' FROM generate_series(1, 6) i;
},
	overturn => q{
\set a random(1, :accounts)
DO $$
DECLARE
	chosen bigint;
BEGIN
	SELECT violation_id INTO chosen FROM governance.violation WHERE account_id >= :a ORDER BY account_id, random() LIMIT 1;
	IF FOUND THEN
		PERFORM governance.overturn(chosen, 'concurrency');
	END IF;
EXCEPTION WHEN SQLSTATE 'GV204' THEN
	NULL;
END $$;
},
	appeal => q{
\set a random(1, :accounts)
\set o random(0, 1)
DO $$
DECLARE
	chosen bigint;
	filed bigint;
BEGIN
	SELECT violation_id INTO chosen FROM governance.violation WHERE account_id >= :a ORDER BY account_id, random() LIMIT 1;
	IF FOUND THEN
		INSERT INTO governance.appeal (violation_id, grounds) VALUES (chosen, 'concurrency') RETURNING appeal_id INTO filed;
		PERFORM governance.decide_appeal(filed, (ARRAY['upheld', 'overturned'])[1 + :o], 'concurrency');
	END IF;
EXCEPTION WHEN SQLSTATE 'GV204' THEN
	NULL;
END $$;
},
	release => q{
\set a random(1, :accounts)
DO $$
DECLARE
	chosen bigint;
BEGIN
	SELECT sanction_id INTO chosen FROM governance.sanction_in_force WHERE account_id >= :a ORDER BY account_id, random() LIMIT 1;
	IF FOUND THEN
		PERFORM governance.release(chosen, 'concurrency');
	END IF;
EXCEPTION WHEN SQLSTATE 'GV204' THEN
	NULL;
END $$;
},
	certify => q{
\set a random(1, :accounts)
\set s random(0, 2)
DO $$
DECLARE
	chosen bigint;
BEGIN
	SELECT certification_id INTO chosen FROM governance.certification WHERE account_id = :a;
	IF FOUND THEN
		INSERT INTO governance.certification_step (account_id, certification_id, action, reason)
			VALUES (:a, chosen, (ARRAY['suspend', 'restore', 'review'])[1 + :s], 'concurrency');
	ELSE
		INSERT INTO governance.certification_step (account_id, action, qualification)
			VALUES (:a, 'apply', 'occupation:healthcare/physician[hospital=9,title=2]') RETURNING certification_id INTO chosen;
		INSERT INTO governance.certification_step (account_id, certification_id, action) VALUES (:a, chosen, 'examine'), (:a, chosen, 'grant');
	END IF;
EXCEPTION WHEN SQLSTATE 'GV401' OR SQLSTATE 'GV402' OR exclusion_violation THEN
	NULL;
END $$;
},
	activity => q{
INSERT INTO governance.activity (account_id, kind)
	SELECT 1 + floor(random() * :accounts)::int, 'course' FROM generate_series(1, 5);
},
	fact => q{
\set a random(1, :accounts)
\set b random(0, 1)
SELECT governance.set_attribute(:a, 'trusted', CASE WHEN :b = 1 THEN 'true' ELSE 'false' END, clock_timestamp());
},
	facts => q{
INSERT INTO governance.attribute (account_id, name, value, during)
	SELECT a, 'trusted', 'true', tstzrange('2020-01-01', '2020-02-01')
	FROM (SELECT DISTINCT 1 + floor(random() * :accounts)::int AS a FROM generate_series(1, 5)) a
	ORDER BY random() ON CONFLICT DO NOTHING;
},
	publish => q{
\set v random(1, 1000000)
SELECT governance.publish(replace($doc$} . basic_policy('t.full', 'version V') . q{$doc$, 'version V', 'version ' || :v || now())::jsonb);
},
	rebuild => q{
SELECT governance.rebuild();
},
	read => q{
\set a random(1, :accounts)
SELECT governance.score(:a, 't.sum'), governance.tier(:a), governance.permits(:a, 'post'), (SELECT count(*) FROM governance.restrictions(:a)), (SELECT count(*) FROM governance.timeline(:a, 't.full'));
});
my %weight = (single => 40, batch => 15, late => 10, overturn => 14, appeal => 6, release => 4, certify => 8, activity => 8,
	fact => 8, facts => 4, publish => 1, rebuild => 1, read => 8);

foreach my $name (keys %script)
{
	append_to_file("$dir/$name.sql", $script{$name});
}

my @runs;
foreach my $level ('read committed', 'repeatable read', 'serializable')
{
	my %out = (out => '', err => '');
	local $ENV{PGOPTIONS} = "-c default_transaction_isolation=" . ($level =~ s/ /\\ /r);

	# A retry cannot help in read committed, so that one must not need it.
	$out{level} = $level;
	$out{handle} = start(
		[ 'pgbench', '-n', '-M', 'simple', '-c', '4', '-j', '1', '-T', $seconds, '-D', "accounts=$accounts",
			"--random-seed=$seed", '--failures-detailed', '--max-tries=' . ($level eq 'read committed' ? 1 : 1000),
			(map { ('-f', "$dir/$_.sql\@$weight{$_}") } sort keys %weight),
			$node->connstr('postgres') ],
		'<', \undef, '>', \$out{out}, '2>', \$out{err});
	push @runs, \%out;
}

my ($processed, $retried, @figures) = (0, 0);
foreach my $run (@runs)
{
	my $level = $run->{level};

	finish($run->{handle});
	is(join("\n", grep { /error|abort|fatal/i } split /\n/, $run->{err}), '', "$level: no error");
	like($run->{out}, qr/^number of deadlock failures: 0 /m, "$level: no deadlock");
	like($run->{out}, qr/^number of serialization failures: 0 /m, "$level: nothing fails for good");
	my ($n) = $run->{out} =~ /number of transactions actually processed: (\d+)/;
	my ($r) = $run->{out} =~ /total number of retries: (\d+)/;
	cmp_ok($n // 0, '>', 10, "$level: transactions went through");
	push @figures, "$level $n" . (defined $r ? " ($r retries)" : '');
}
my $log = slurp_file($node->logfile);
my @deadlocks = $log =~ /^(.*deadlock detected\n(?:.*\b(?:DETAIL|HINT|CONTEXT|STATEMENT):.*\n|\t.*\n)*)/mg;
is(scalar(@deadlocks), 0, 'the server has seen no deadlock, retried or not');
diag(@deadlocks[0 .. min($#deadlocks, 4)]) if @deadlocks;

is($node->safe_psql('postgres', q{
	SELECT s.account_id, governance.points(s.score), 10000000 - coalesce(v.points, 0) AS added
	FROM governance.standing s LEFT JOIN (
		SELECT v.account_id, sum(v.points) AS points FROM governance.violation v
		WHERE v.scheme = 't.sum' AND NOT EXISTS (
			SELECT FROM governance.revision r WHERE r.account_id = v.account_id AND r.violation_id = v.violation_id AND r.action = 'overturn')
		GROUP BY 1) v USING (account_id)
	WHERE s.scheme = 't.sum' AND governance.points(s.score) <> 10000000 - coalesce(v.points, 0)}), '',
	'every point is accounted for');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM (SELECT DISTINCT account_id, scheme FROM governance.violation) v
	FULL JOIN governance.standing s USING (account_id, scheme)
	WHERE s.account_id IS NULL}), '0', 'every account with violations has a standing');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM governance.revision r WHERE r.action = 'overturn' GROUP BY account_id, violation_id HAVING count(*) > 1}), '',
	'nothing is overturned twice');
is_proven($node, 'postgres', 'verify() gives nothing');
is($node->safe_psql('postgres', 'SELECT * FROM governance.verify_certification() LIMIT 20'), '', 'nor does verify_certification()');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM governance.certification_step WHERE violation_id IS NOT NULL}), '>', 0,
	'violations cost certifications');

$node->stop;
note(sprintf('figures: %d sessions for %d s, %.1f s in all: %s', 12, $seconds, time - $began, join(', ', @figures)));
done_testing();

# Everything about the outbox at once: transactions that commit in another order
# than they were numbered, some rolled back, some prepared; workers that fail, that
# forget to acknowledge and that are killed with the whole server; several ticks;
# a consumer that comes later and one that goes.  Each event comes at least once
# to each consumer, those of an account in order, and time is announced once.
# GOVERNANCE_OUTBOX_SECONDS says how long (default 4, twice).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use Governance;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run qw(start finish);
use Time::HiRes qw(usleep);

my $seconds = $ENV{GOVERNANCE_OUTBOX_SECONDS} // 4;
my $seed = $ENV{GOVERNANCE_SEED} // 20240601;
my $node = new_node('outbox', 'deadlock_timeout = 200ms');
create_ledger($node, 'postgres', 40);
# Each violation has a sanction of its own, for a second.
$node->safe_psql('postgres', q{
	SELECT governance.publish('{"scheme": "t.short", "time_zone": "UTC", "score": {"direction": "accumulate", "limit": 1000000},
		"rules": {"spam": {"title": "spam", "points": 1}},
		"ladder": [{"rung": "hush", "each": 1, "tier": "muted", "withhold": ["post"], "for": "1 second", "overlap": "parallel"}]}');
	SELECT governance.create_consumer('app');
	SELECT governance.create_consumer('gone', ARRAY['sanction_started']);
	CREATE TABLE given (n bigserial, consumer text, account_id bigint, event_id bigint, kind text, sanction_id bigint, attempt integer);
	-- One worker's turn: it takes some, and deals with them, or fails, or leaves.
	CREATE PROCEDURE turn(who text, max_events integer, luck integer) LANGUAGE plpgsql AS $$
	DECLARE
		got	bigint[];
	BEGIN
		WITH p AS MATERIALIZED (SELECT * FROM governance.poll(who, max_events, '200 milliseconds')), w AS (
			INSERT INTO given (consumer, account_id, event_id, kind, sanction_id, attempt)
				SELECT who, p.account_id, p.event_id, p.kind, p.sanction_id, p.attempt FROM p
				RETURNING event_id)
		SELECT array_agg(w.event_id) INTO got FROM w;
		IF luck < 10 THEN
			RAISE EXCEPTION 'a worker fails';
		ELSIF luck >= 20 THEN
			PERFORM governance.acknowledge(who, got);
		END IF;
	EXCEPTION WHEN raise_exception THEN
		NULL;
	END $$});

# ---------------------------------------------------------------------------
# Prepared transactions
# ---------------------------------------------------------------------------

my ($code, $out, $err) = $node->psql('postgres', q{
	BEGIN; INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.short', 'spam'); PREPARE TRANSACTION 'refused'});
like($err, qr/cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY/, 'the server prepares none that has notified');
$node->safe_psql('postgres', q{
	BEGIN; SET LOCAL governance.notify = off;
	INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.short', 'spam'); PREPARE TRANSACTION 'slow';
	INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.short', 'spam')});
my $app = q{SELECT string_agg(kind || ' ' || account_id, ', ' ORDER BY event_id) FROM governance.poll('app', 100, '1 hour') WHERE kind <> 'near_rung'};
is($node->safe_psql('postgres', $app), 'sanction_started 2', 'what is prepared is not there yet');
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', $app), '', 'the server dies: what a worker was given stays with it until the lease is over');
$node->safe_psql('postgres', q{
	SELECT governance.acknowledge('app', array_agg(event_id)) FROM governance.event WHERE account_id = 2;
	COMMIT PREPARED 'slow'});
is($node->safe_psql('postgres', $app), 'sanction_started 1', 'the prepared one comes once it is committed, although a later one was acknowledged');
$node->safe_psql('postgres', q{UPDATE governance.event_queue SET leased_until = '-infinity'});
is($node->safe_psql('postgres', q{SELECT string_agg(kind || ' ' || attempt, ', ') FROM governance.poll('app', 100, '0') WHERE kind <> 'near_rung'}),
	'sanction_started 2', 'and again with the lease over');

# ---------------------------------------------------------------------------
# All at once, twice; the server is killed in between
# ---------------------------------------------------------------------------

my $dir = PostgreSQL::Test::Utils::tempdir;
my %script = (
	writer => q{
\set a random(1, 40)
\set d random(0, 20)
\set luck random(1, 10)
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (:a, 't.short', 'spam');
\sleep :d ms
\if :luck > 8
ROLLBACK;
\else
COMMIT;
\endif
},
	worker => q{
\set luck random(0, 99)
\set n random(1, 20)
CALL turn('app', :n, :luck);
},
	late => q{
\set luck random(0, 99)
CALL turn('late', 10, :luck);
},
	gone => q{
\set luck random(0, 99)
CALL turn('gone', 10, :luck);
},
	ticker => q{
\set n random(1, 30)
SELECT governance.tick(batch => :n);
\sleep 5 ms
});
foreach my $name (keys %script)
{
	open my $file, '>', "$dir/$name.sql" or die $!;
	print $file $script{$name};
	close $file;
}

# In the background: so many clients of a script.
sub run_script
{
	my ($name, $clients, $time) = @_;
	my ($stdout, $stderr) = ('', '');
	my $run = start([ 'pgbench', '-n', '-c', $clients, '-j', $clients, '-T', $time, '--random-seed', $seed++,
		'-f', "$dir/$name.sql", $node->connstr('postgres') ], '>', \$stdout, '2>', \$stderr);
	return { name => $name, run => $run, err => \$stderr };
}

sub over
{
	my @failed;
	foreach my $run (@_)
	{
		finish($run->{run}) or push @failed, "$run->{name}: ${$run->{err}}";
	}
	return join "\n", @failed;
}

my @runs = (run_script('writer', 4, $seconds + 60), run_script('worker', 3, $seconds + 60), run_script('ticker', 2, $seconds + 60), run_script('gone', 1, $seconds + 60));
usleep($seconds * 1_000_000);
$node->safe_psql('postgres', q{SELECT governance.create_consumer('late')});
my $since = $node->safe_psql('postgres', 'SELECT clock_timestamp()');
$node->stop('immediate');
over(@runs);
$node->start;

@runs = (run_script('writer', 4, $seconds), run_script('worker', 3, $seconds), run_script('ticker', 3, $seconds), run_script('late', 2, $seconds));
usleep($seconds * 500_000);
$node->safe_psql('postgres', q{SELECT governance.drop_consumer('gone')});
is(over(@runs), '', 'writers, workers, ticks, a new consumer, one that is dropped: no error');

# What is left, in peace.
usleep(1_500_000);
$node->safe_psql('postgres', q{
	DO $$
	DECLARE
		turns	int := 0;
	BEGIN
		WHILE NOT (SELECT complete FROM governance.tick()) LOOP END LOOP;
		UPDATE governance.event_queue SET leased_until = '-infinity';
		WHILE EXISTS (SELECT FROM governance.consumer_lag WHERE pending > 0) LOOP
			COMMIT;
			turns := turns + 1;
			IF turns > 1000 THEN
				RAISE EXCEPTION 'what waits is not given out: %', (SELECT jsonb_agg(l) FROM governance.consumer_lag l);
			END IF;
			CALL turn('app', 1000, 100);
			CALL turn('late', 1000, 100);
		END LOOP;
	END $$});

my $sanctions = $node->safe_psql('postgres', 'SELECT count(*) FROM governance.sanction');
cmp_ok($sanctions, '>', 100, 'sanctions were decided');
note(sprintf('figures: twice %d s: %d sanctions, %d deliveries', $seconds, $sanctions,
	$node->safe_psql('postgres', 'SELECT count(*) FROM given')));
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM governance.sanction s, unnest(ARRAY['sanction_started', 'sanction_ended']) k
	WHERE s.account_id <> 2 AND 1 <> (SELECT count(DISTINCT g.event_id) FROM given g
		WHERE g.consumer = 'app' AND g.sanction_id = s.sanction_id AND g.kind = k)}), '0',
	'each has been announced once as started and once as ended, and delivered');
is($node->safe_psql('postgres', qq{
	SELECT count(*) FROM governance.sanction s WHERE s.recorded_at > '$since'
		AND NOT EXISTS (SELECT FROM given g WHERE g.consumer = 'late' AND g.sanction_id = s.sanction_id AND g.kind = 'sanction_started')}), '0',
	'the new consumer has got everything since it was created');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM given g WHERE g.sanction_id IS NOT NULL
		AND NOT EXISTS (SELECT FROM governance.sanction s WHERE s.sanction_id = g.sanction_id)}), '0', 'and nobody what was rolled back');
# The first time that each event came, in the order in which it did.
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM (
		SELECT f.event_id < lag(f.event_id) OVER (PARTITION BY f.consumer, f.account_id ORDER BY f.n) AS wrong
		FROM (SELECT g.consumer, g.account_id, g.event_id, min(g.n) AS n FROM given g GROUP BY 1, 2, 3) f) o WHERE o.wrong}), '0',
	'the events of an account came in order');
is($node->safe_psql('postgres', q{
	SELECT (SELECT count(*) FROM governance.event), (SELECT count(*) FROM governance.event_delivery), (SELECT count(*) FROM governance.event_queue)}),
	'0|0|0', 'with all acknowledged nothing is left');
is_proven($node, 'postgres', 'verify() gives nothing');

done_testing();

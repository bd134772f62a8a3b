# Backends and servers that die in the middle of it.
#
# Workers insert single violations and batches, overturn, publish and rebuild;
# every now and then a backend, all of the server, or the server in an orderly
# hurry is shot.  After recovery the ledger equals its replay, and everything
# that was acknowledged is there exactly once.  GOVERNANCE_CRASH_ROUNDS says how
# often (default 8).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use Governance;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);
use IPC::Run qw(start finish);

my $rounds = $ENV{GOVERNANCE_CRASH_ROUNDS} // 8;
my $accounts = 60;
my $began = time;
my $dir = PostgreSQL::Test::Utils::tempdir;

my $node = new_node('crash');
create_ledger($node, 'postgres', $accounts);
publish_basic($node, 'postgres', 't.crash');
srand($ENV{GOVERNANCE_SEED} // 20240601);

# ---------------------------------------------------------------------------
# A statement that fails half-way, savepoints, a transaction that is given up
# ---------------------------------------------------------------------------

my $before = checksums($node, 'postgres');
my ($ret, $stdout, $stderr);

$node->psql('postgres', q{
	INSERT INTO governance.violation (account_id, scheme, rule)
		SELECT i, 't.crash', CASE WHEN i = 60 THEN 'oops' ELSE 'scam' END FROM generate_series(1, 60) i},
	stderr => \$stderr);
like($stderr, qr/has no rule "oops"/, 'a batch fails on its last row');
$node->psql('postgres', q{
	BEGIN;
	INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.crash', 'scam' FROM generate_series(1, 60) i;
	SELECT governance.overturn(violation_id, 'test') FROM governance.violation LIMIT 5;
	SELECT governance.rebuild();
	ROLLBACK;
});
$node->psql('postgres', q{
	SET statement_timeout = '60ms';
	INSERT INTO governance.violation (account_id, scheme, rule) SELECT 1 + i % 60, 't.crash', 'noise' FROM generate_series(1, 100000) i},
	stderr => \$stderr);
like($stderr, qr/statement timeout/, 'a batch is interrupted by a timeout');
is_deeply(checksums($node, 'postgres'), $before, 'nothing of the three is half written');

$node->safe_psql('postgres', q{
	BEGIN;
	INSERT INTO governance.violation (account_id, scheme, rule, content_ref) VALUES (1, 't.crash', 'noise', 'kept');
	SAVEPOINT a;
	INSERT INTO governance.violation (account_id, scheme, rule, content_ref) SELECT i, 't.crash', 'scam', 'gone' FROM generate_series(1, 5) i;
	SAVEPOINT b;
	INSERT INTO governance.violation (account_id, scheme, rule, content_ref) SELECT i, 't.crash', 'noise', 'gone' FROM generate_series(3, 8) i;
	RELEASE b;
	ROLLBACK TO a;
	INSERT INTO governance.violation (account_id, scheme, rule, content_ref) SELECT i, 't.crash', 'insult', 'kept' FROM generate_series(1, 2) i;
	DO $$
	BEGIN
		INSERT INTO governance.violation (account_id, scheme, rule, content_ref) VALUES (2, 't.crash', 'scam', 'gone');
		INSERT INTO governance.violation (account_id, scheme, rule, content_ref) VALUES (2, 't.crash', 'oops', 'gone');
	EXCEPTION WHEN OTHERS THEN
		INSERT INTO governance.violation (account_id, scheme, rule, content_ref) VALUES (2, 't.crash', 'noise', 'kept');
	END $$;
	COMMIT;
});
is($node->safe_psql('postgres', q{SELECT content_ref, count(*) FROM governance.violation GROUP BY 1}),
	'kept|4', 'only what was not rolled back is there');
is($node->safe_psql('postgres', q{SELECT account_id, score FROM governance.standing ORDER BY 1}),
	"1|97/100\n2|97/100", 'and only that counts');
is_proven($node, 'postgres', 'verify() after failures and savepoints');

# A prepared transaction outlives a crash, and counts when it is committed.
$node->safe_psql('postgres', q{
	BEGIN;
	INSERT INTO governance.violation (account_id, scheme, rule, content_ref) SELECT i, 't.crash', 'fraud', 'prepared' FROM generate_series(9, 12) i;
	PREPARE TRANSACTION 'later';
});
kill_server($node);
$node->start;
is_proven($node, 'postgres', 'verify() with a prepared transaction pending');
$node->safe_psql('postgres', q{COMMIT PREPARED 'later'});
is($node->safe_psql('postgres', q{SELECT string_agg(score::text, ' ') FROM governance.standing WHERE account_id BETWEEN 9 AND 12}),
	'92/100 92/100 92/100 92/100', 'the prepared transaction counts');
is_proven($node, 'postgres', 'verify() after it is committed');

# ---------------------------------------------------------------------------
# Workers.  Each prints a token once the server has acknowledged it.
# ---------------------------------------------------------------------------

my %size;				# token => rows that it stands for

sub singles
{
	my ($round) = @_;
	my $script = '';

	foreach my $i (1 .. 4000)
	{
		my $token = "s.$round.$i";
		my $account = 1 + int(rand($accounts));
		my $rule = (qw(noise insult fraud scam))[ int(rand(4)) ];
		$size{$token} = 1;
		$script .= "INSERT INTO governance.violation (account_id, scheme, rule, content_ref)"
		  . " VALUES ($account, 't.crash', '$rule', '$token') RETURNING content_ref;\n";
	}
	return $script;
}

sub batches
{
	my ($round) = @_;
	my $script = '';

	foreach my $i (1 .. 1000)
	{
		my $token = "b.$round.$i";
		my $rows = 20 + int(rand(60));
		my $day = int(rand(20));
		$size{$token} = $rows;
		$script .= "WITH i AS (INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, content_ref)"
		  . " SELECT 1 + (i * 7919) % $accounts, 't.crash', (ARRAY['noise', 'insult'])[1 + i % 2],"
		  . " now() - interval '1 day' * ((i + $day) % 20), '$token' FROM generate_series(1, $rows) i RETURNING content_ref)"
		  . " SELECT DISTINCT content_ref FROM i;\n";
	}
	return $script;
}

# In one transaction: kept, rolled back to a savepoint, failed, kept.
sub savepoints
{
	my ($round) = @_;
	my $script = '';

	foreach my $i (1 .. 1000)
	{
		my $token = "p.$round.$i";
		my $account = 1 + int(rand($accounts));
		my $insert = "INSERT INTO governance.violation (account_id, scheme, rule, content_ref)";
		$size{$token} = 2;
		$script .= "BEGIN; $insert VALUES ($account, 't.crash', 'noise', '$token');\n"
		  . "SAVEPOINT a; $insert VALUES ($account, 't.crash', 'scam', 'gone'); ROLLBACK TO a;\n"
		  . "$insert VALUES ($account, 't.crash', 'oops', 'gone'); ROLLBACK TO a;\n"
		  . "$insert VALUES ($account, 't.crash', 'insult', '$token');\nCOMMIT;\n"
		  . "SELECT DISTINCT content_ref FROM governance.violation WHERE content_ref = '$token';\n";
	}
	return $script;
}

sub overturns
{
	my ($round) = @_;

	my $statement = "WITH v AS MATERIALIZED (SELECT v.violation_id FROM governance.violation v LEFT JOIN governance.revision r USING (account_id, violation_id)"
		  . " WHERE r.violation_id IS NULL ORDER BY random() LIMIT 1)"
		  . " SELECT 'o.' || violation_id FROM v WHERE governance.overturn(violation_id, 'crash test') > 0;\n";

	return $statement x 1500;
}

sub administration
{
	my ($round) = @_;
	my $script = '';

	foreach my $i (1 .. 300)
	{
		my $document = basic_policy('t.crash', "round $round version $i");
		$script .= "SELECT 'd.' || governance.publish(\$doc\$$document\$doc\$);\nSELECT 'r.' || governance.rebuild();\n";
		$script .= "INSERT INTO governance.attribute (account_id, name, value) VALUES ("
		  . (1 + int(rand($accounts))) . ", 'trusted', 'true') ON CONFLICT DO NOTHING;\n";
	}
	return $script;
}

my (%acked, %count, $interrupted);

$interrupted = 0;
foreach my $round (1 .. $rounds)
{
	my @workers;

	foreach my $script (singles($round), batches($round), savepoints($round),
		overturns($round), administration($round))
	{
		my $file = "$dir/worker" . scalar(@workers);

		append_to_file("$file.$round.sql", $script);
		push @workers, { file => "$file.$round",
			handle => start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'), '-f', "$file.$round.sql" ],
				'>', "$file.$round.out", '2>', "$file.$round.err") };
	}

	my $way = ('backend', 'server', 'immediate')[ $round % 3 ];
	usleep(1_000_000 * (0.25 + rand(0.9)));
	if ($way eq 'backend')
	{
		my @pids = split /\n/, $node->safe_psql('postgres', q{
			SELECT pid FROM pg_stat_activity
			WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state = 'active' ORDER BY random()});
		kill 'KILL', $pids[0] if @pids;
	}
	elsif ($way eq 'server')
	{
		kill_server($node);
	}
	else
	{
		$node->stop('immediate');
	}

	foreach my $worker (@workers)
	{
		my (%errors, $out, $err);

		eval { finish($worker->{handle}); };
		($out, $err) = map { slurp_file("$worker->{file}.$_") } qw(out err);
		unlink map { "$worker->{file}.$_" } qw(sql out err);
		$interrupted++ if $err =~ /server closed the connection|terminating connection|connection to server was lost|crash of another/;
		foreach my $token (split /\n/, $out)
		{
			$acked{$token}++ if $token =~ /^[sbpod]\./;
			$count{ substr($token, 0, 1) }++ if $token =~ /^[sbpodr]\./;
		}
		# Everything else that went wrong is wrong.
		foreach my $line (split /\n/, $err)
		{
			next if $line !~ s/^.*(ERROR|FATAL|PANIC)/$1/;
			next if $errors{$line}++;
			next if $line =~ /has no rule "oops"|recovery mode|starting up|shutting down|crash of another|not yet accepting|terminating connection/;
			fail("round $round: $line");
		}
	}
	if ($way eq 'backend')
	{
		$node->poll_query_until('postgres', 'SELECT 1', '1') or die 'the server does not come back';
	}
	else
	{
		$node->start;
	}
	is_proven($node, 'postgres', "round $round: verify() after the end of a $way");
}

# ---------------------------------------------------------------------------
# Exactly once
# ---------------------------------------------------------------------------

my %stored = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{
	SELECT content_ref, count(*) FROM governance.violation
	WHERE content_ref ~ '^[sbp][.]' GROUP BY 1});
my %overturned = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{
	SELECT 'o.' || violation_id, count(*) FROM governance.revision GROUP BY 1});
my %published = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', q{
	SELECT 'd.' || policy_id FROM governance.policy});

is(join(' ', grep { !exists $stored{$_} } grep { /^[sbp]/ } sort keys %acked), '',
	'every acknowledged violation is there');
is(join(' ', grep { $stored{$_} != ($size{$_} // 0) } sort keys %stored), '',
	'each once, and every batch whole');
is($node->safe_psql('postgres', q{SELECT count(*) FROM governance.violation WHERE content_ref = 'gone'}), '0',
	'nothing that was rolled back is there');
is(join(' ', grep { !exists $overturned{$_} } grep { /^o/ } sort keys %acked), '',
	'every acknowledged revision is there');
is(join(' ', grep { $overturned{$_} != 1 } sort keys %overturned), '', 'each once');
is(join(' ', grep { !exists $published{$_} } grep { /^d/ } sort keys %acked), '',
	'every acknowledged publication is there');
$node->safe_psql('postgres', 'SELECT governance.rebuild()');
is_proven($node, 'postgres', 'verify() after a last rebuild');
my %indexes = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', q{
	CREATE EXTENSION amcheck;
	SELECT c.relname FROM pg_class c JOIN pg_am a ON a.oid = c.relam, bt_index_check(c.oid, true)
	WHERE c.relkind = 'i' AND a.amname = 'btree' AND c.relnamespace = 'governance'::regnamespace});
ok(keys %indexes > 20, 'the indexes are sound');
$node->stop;

cmp_ok($interrupted, '>', $rounds, 'workers were interrupted');
note(sprintf('figures: %d rounds in %.1f s: %d single, %d batches, %d transactions with savepoints, %d overturned, %d published, %d rebuilt; %d workers interrupted',
	$rounds, time - $began, map({ $count{$_} // 0 } qw(s b p o d r)), $interrupted));
done_testing();

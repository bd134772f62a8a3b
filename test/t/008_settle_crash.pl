# A server that is shot while rules change, settle() runs and violations come.
#
# Standings are taken over from one version to the next by whoever comes first: a
# writer, or settle() in one of two sessions; sanctions last a second, scores
# recover, and some entries come late, so that there is always something due.  Every
# round all of the server is shot.  After recovery the ledger equals its replay, an answer is the same
# before and after settle(), and everything that was acknowledged is there exactly
# once.  GOVERNANCE_CRASH_ROUNDS says how often (default 4).

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

my $rounds = $ENV{GOVERNANCE_CRASH_ROUNDS} // 4;
my $accounts = 200;
my $began = time;
my $dir = PostgreSQL::Test::Utils::tempdir;

my $node = new_node('settle_crash');
create_ledger($node, 'postgres', $accounts);
srand($ENV{GOVERNANCE_SEED} // 20261201);

# Version $number: prices, a line and a length are other ones each time.
sub policy
{
	my ($number) = @_;
	my ($noise, $insult) = (1 + $number % 3, 2 + $number % 4);
	my ($line, $length) = (60 + 10 * ($number % 3), 1 + $number % 2);

	return qq({
		"scheme": "t.settle", "title": "version $number",
		"calendar": {"holidays": "t"},
		"attributes": {"trusted": {"type": "boolean", "default": false}},
		"score": {"direction": "deduct", "cap": "if(trusted, 120, 100)"},
		"rules": {
			"noise":  {"title": "noise", "points": $noise},
			"insult": {"title": "insult", "points": $insult},
			"scam":   {"title": "scam", "points": 25}},
		"relief": [{"every": "1 minute", "add": 5}],
		"ladder": [
			{"rung": "warned", "when": "score < 95", "tier": "warned"},
			{"rung": "mute", "when": "score < $line", "tier": "muted", "withhold": ["post"], "for": "$length seconds"},
			{"rung": "leave", "when": "score < 30", "tier": "suspended", "withhold": ["post", "account"], "for": "1 day"}]});
}

$node->safe_psql('postgres', q{SELECT governance.holiday('t', '2020-01-01')});
$node->safe_psql('postgres', 'SELECT governance.publish($doc$' . policy(0) . '$doc$)');

# ---------------------------------------------------------------------------
# Workers.  Each prints a token once the server has acknowledged it.
# ---------------------------------------------------------------------------

my %size;				# token => rows that it stands for
my $version = 0;

sub writes
{
	my ($round, $worker) = @_;
	my $script = '';

	foreach my $i (1 .. 3000)
	{
		my $token = "w.$round.$worker.$i";
		my $account = 1 + int(rand($accounts));
		my $rule = (qw(noise insult scam))[ int(rand(3)) ];
		my $rows = $i % 10 ? 1 : 1 + int(rand(30));
		my $late = $i % 7 ? 0 : int(rand(900));

		$size{$token} = $rows;
		$script .= "WITH i AS (INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, content_ref)"
		  . " SELECT 1 + ($account + n) % $accounts, 't.settle', '$rule', now() - interval '1 second' * $late, '$token' FROM generate_series(1, $rows) n RETURNING content_ref)"
		  . " SELECT DISTINCT content_ref FROM i;\n";
	}
	return $script;
}

sub rules
{
	my ($round) = @_;
	my $script = '';

	foreach my $i (1 .. 100)
	{
		my $day = $round * 100 + $i;

		$version++;
		$script .= "SELECT 'd.' || governance.publish(\$doc\$" . policy($version) . "\$doc\$);\nSELECT pg_sleep(0.05);\n";
		$script .= "SELECT governance.holiday('t', date '2030-01-01' + $day);\n" if $i % 3 == 0;
		$script .= "SELECT governance.set_attribute(" . (1 + int(rand($accounts))) . ", 'trusted', 'true');\n" if $i % 5 == 0;
	}
	return $script;
}

sub settles
{
	my ($worker) = @_;

	my $script = "CALL governance.settle(" . (3 + 20 * $worker) . ");\nSELECT 'c.$worker';\n";

	return $script x 1000;
}

# What everybody's score is at an instant, as whoever asks is told.
sub scores
{
	my ($at) = @_;

	return $node->safe_psql('postgres', "SELECT string_agg(governance.score(account_id, 't.settle', '$at')::text
		|| governance.tier(account_id, 't.settle', '$at') || governance.permits(account_id, 'post', '$at'), ' ' ORDER BY account_id) FROM governance.account");
}

my (%acked, %count, $interrupted);

$interrupted = 0;
foreach my $round (1 .. $rounds)
{
	my (@workers, $at, $before);

	foreach my $script (writes($round, 1), writes($round, 2), rules($round), settles(0), settles(1))
	{
		my $file = "$dir/worker" . scalar(@workers) . ".$round";

		append_to_file("$file.sql", $script);
		push @workers, { file => $file,
			handle => start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'), '-f', "$file.sql" ],
				'>', "$file.out", '2>', "$file.err") };
	}
	usleep(1_000_000 * (0.3 + rand(1)));
	kill_server($node);

	foreach my $worker (@workers)
	{
		my (%errors, $out, $err);

		eval { finish($worker->{handle}); };
		($out, $err) = map { slurp_file("$worker->{file}.$_") } qw(out err);
		unlink map { "$worker->{file}.$_" } qw(sql out err);
		$interrupted++ if $err =~ /server closed the connection|terminating connection|connection to server was lost/;
		foreach my $token (split /\n/, $out)
		{
			$acked{$token}++ if $token =~ /^[wd]\./;
			$count{ substr($token, 0, 1) }++ if $token =~ /^[wdc]\./;
		}
		# Everything else that went wrong is wrong.
		foreach my $line (split /\n/, $err)
		{
			next if $line !~ s/^.*(ERROR|FATAL|PANIC)/$1/;
			next if $errors{$line}++;
			next if $line =~ /recovery mode|starting up|shutting down|not yet accepting|terminating connection/;
			fail("round $round: $line");
		}
	}
	$node->start;
	is_proven($node, 'postgres', "round $round: verify() after the crash");
	$at = $node->safe_psql('postgres', 'SELECT now()');
	$before = scores($at);
	$node->safe_psql('postgres', 'CALL governance.settle(50)') if $round % 2;
	is(scores($at), $before, "round $round: settle() changes no answer");
	is_proven($node, 'postgres', "round $round: verify() after settle()") if $round % 2;
}

# ---------------------------------------------------------------------------
# Exactly once
# ---------------------------------------------------------------------------

my %stored = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{
	SELECT content_ref, count(*) FROM governance.violation GROUP BY 1});
my %published = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', q{
	SELECT 'd.' || policy_id FROM governance.policy});

is(join(' ', grep { !exists $stored{$_} } grep { /^w/ } sort keys %acked), '',
	'every acknowledged violation is there');
is(join(' ', grep { $stored{$_} != ($size{$_} // 0) } sort keys %stored), '',
	'each once, and every batch whole');
is(join(' ', grep { !exists $published{$_} } grep { /^d/ } sort keys %acked), '',
	'every acknowledged publication is there');
$node->safe_psql('postgres', 'CALL governance.settle()');
is_proven($node, 'postgres', 'verify() after a last settle()');
$node->safe_psql('postgres', 'SELECT governance.rebuild()');
is_proven($node, 'postgres', 'verify() after a last rebuild');
$node->stop;

cmp_ok($interrupted, '>=', $rounds, 'workers were interrupted');
note(sprintf('figures: %d crashes in %.1f s: %d statements that wrote, %d versions, %d times settle(); %d workers interrupted',
	$rounds, time - $began, map({ $count{$_} // 0 } qw(w d c)), $interrupted));
done_testing();

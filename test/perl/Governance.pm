# Governance.pm
#	What the TAP tests share: a node with the extension and a ledger, a small
#	rulebook, checksums of every table, and the proof.

package Governance;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(new_node create_ledger basic_policy publish_basic
  checksums is_proven children kill_server);

# A node that forgives what a test does to it.
sub new_node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(allows_streaming => 1);
	$node->append_conf('postgresql.conf', join("\n",
		"timezone = 'UTC'", 'max_connections = 40', 'jit = off',
		"log_min_messages = warning", 'log_statement = none',
		'max_prepared_transactions = 10',
		'restart_after_crash = on', @settings, ''));
	$node->start;
	return $node;
}

# The ledger, and accounts from 1 up to $accounts.
sub create_ledger
{
	my ($node, $db, $accounts) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db") if $db ne 'postgres';
	$node->safe_psql($db, qq{
		SET client_min_messages = warning;
		CREATE EXTENSION governance CASCADE;
		SELECT governance.create_ledger();
		INSERT INTO governance.account (account_id, opened_at)
			SELECT i, '2020-01-01' FROM generate_series(1, $accounts) i;
	});
	return;
}

# A scheme with everything that a test of robustness wants to disturb: prices
# in a range, a cap raised by a fact, recovery, an activity, rungs with and
# without an end.
sub basic_policy
{
	my ($scheme, $note) = @_;

	return qq({
		"scheme": "$scheme", "title": "$scheme", "note": "$note",
		"attributes": {"trusted": {"type": "boolean", "default": false}},
		"score": {"direction": "deduct", "cap": "if(trusted, 120, 100)"},
		"severities": {"minor": {"points": [1, 2]}, "medium": {"points": [2, 4]},
			"severe": {"points": [4, 8]}},
		"rules": {
			"noise":  {"title": "noise", "severity": "minor"},
			"insult": {"title": "insult", "severity": "medium"},
			"fraud":  {"title": "fraud", "severity": "severe", "usual": 8},
			"scam":   {"title": "scam", "severity": "extreme", "points": 25}},
		"relief": [{"every": "30 days", "add": 5},
			{"on": "course", "add": 1, "at_most": "1 per 30 days"}],
		"ladder": [
			{"rung": "warned", "when": "score < 90", "tier": "warned"},
			{"rung": "quiet", "when": "score <= 69", "tier": "limited", "withhold": ["comment"]},
			{"rung": "mute", "when": "score < 40", "tier": "muted", "withhold": ["comment", "post"], "for": "30 days"},
			{"rung": "ban", "when": "score <= 0", "tier": "banned", "withhold": ["account"], "for": "ever"}]});
}

sub publish_basic
{
	my ($node, $db, @schemes) = @_;

	foreach my $scheme (@schemes)
	{
		my $document = basic_policy($scheme, 'first');
		$node->safe_psql($db, "SELECT governance.publish(\$doc\$$document\$doc\$)");
	}
	return;
}

# table => "rows checksum", for every table of the schemas of the ledger and of
# the application.
sub checksums
{
	my ($node, $db) = @_;
	my $out = $node->safe_psql($db, q{
		SELECT format($q$SELECT %L, count(*), coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text COLLATE "C")), '') FROM ONLY %s t$q$,
					  c.oid::regclass, c.oid::regclass)
		FROM pg_class c
		WHERE c.relkind = 'r' AND c.relpersistence = 'p'
			AND c.relnamespace IN ('governance'::regnamespace, 'public'::regnamespace)
		ORDER BY c.oid::regclass::text COLLATE "C" \gexec
	});
	my %sums;

	foreach my $line (split /\n/, $out)
	{
		my ($table, @rest) = split /\|/, $line;
		$sums{$table} = "@rest";
	}
	return \%sums;
}

# Does the ledger equal a replay?
sub is_proven
{
	my ($node, $db, $what) = @_;

	return is($node->safe_psql($db, 'SELECT * FROM governance.verify() LIMIT 20'), '', $what);
}

# The processes of a server below its postmaster.
sub children
{
	my ($postmaster) = @_;

	return split ' ', `ps -o pid= --ppid $postmaster`;
}

# The whole server goes at once, as when the machine's memory runs out.
sub kill_server
{
	my ($node) = @_;
	my ($postmaster) = split /\n/, slurp_file($node->data_dir . '/postmaster.pid');
	my @pids;

	# Stopped, it can neither fork nor reap while its children are counted.
	kill 'STOP', $postmaster;
	@pids = children($postmaster);
	kill 'KILL', @pids, $postmaster;
	foreach my $i (1 .. 1000)
	{
		last if !grep { kill 0, $_ } @pids, $postmaster;
		usleep(10_000);
	}
	$node->{_pid} = undef;
	return;
}

1;

# A ledger of an earlier version is brought to this one.
#
# test/updates has the install script of each earlier version and a ledger as
# its pg_dump wrote it.  Each is brought here in two ways: the extension of that
# version, the ledger restored into it, ALTER EXTENSION ... UPDATE; and the
# ledger restored straight into this version.  After create_ledger() the objects
# are those of a fresh installation, no row of the facts has changed, verify()
# gives nothing, and the ledger goes on.
#
# What a later version adds to types is stood in for by what is taken away from an
# earlier one: an update brings a type with all that belongs to it, an aggregate,
# an operator, a cast.

use strict;
use warnings;

use File::Basename;
use File::Copy;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use Governance;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $updates = "$FindBin::RealBin/../updates";
my $dir = PostgreSQL::Test::Utils::tempdir;
my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
my $node = new_node('update');

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', q{
	SET client_min_messages = warning;
	CREATE EXTENSION governance CASCADE;
	SELECT governance.create_ledger()});

# What belongs to the extension, by name, with how it is defined: of functions the
# text, of the other kinds the row of the catalog without its ids.
sub members
{
	my ($db) = @_;

	return $node->safe_psql($db, q{
		SET search_path = pg_catalog;
		SELECT pg_describe_object(d.classid, d.objid, 0),
			CASE WHEN p.prokind IN ('f', 'p', 'w') THEN md5(pg_get_functiondef(p.oid)) END,
			(SELECT (a.aggtransfn, a.aggcombinefn, a.aggfinalfn, a.aggserialfn, a.aggdeserialfn, a.aggsortop::regoperator,
					 a.aggtranstype::regtype, a.aggtransspace, a.agginitval, p.proparallel) FROM pg_aggregate a WHERE a.aggfnoid = p.oid),
			(SELECT (o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash)
				FROM pg_operator o WHERE d.classid = 'pg_operator'::regclass AND o.oid = d.objid),
			(SELECT (c.castfunc::regprocedure, c.castcontext, c.castmethod) FROM pg_cast c WHERE d.classid = 'pg_cast'::regclass AND c.oid = d.objid),
			(SELECT (t.typlen, t.typbyval, t.typalign, t.typstorage, t.typinput, t.typoutput, t.typreceive, t.typsend)
				FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid),
			(SELECT (c.opcdefault, c.opckeytype::regtype,
					 (SELECT array_agg((o.amopstrategy, o.amopopr::regoperator, o.amoppurpose)::text ORDER BY o.amopstrategy, o.amopopr::regoperator::text)
						FROM pg_amop o WHERE o.amopfamily = c.opcfamily),
					 (SELECT array_agg((f.amprocnum, f.amproc::regprocedure)::text ORDER BY f.amprocnum, f.amproc::regprocedure::text)
						FROM pg_amproc f WHERE f.amprocfamily = c.opcfamily))
				FROM pg_opclass c WHERE d.classid = 'pg_opclass'::regclass AND c.oid = d.objid),
			(SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(p.proacl) a),
			md5(obj_description(d.objid, d.classid::regclass::name))
		FROM pg_depend d
		LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
		WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'governance')
		ORDER BY 1});
}

# What create_ledger() made, by name; columns in any order.
sub ledger
{
	my ($db) = @_;

	return join "\n", sort split /\n/, $node->safe_psql($db, q{
		SET search_path = pg_catalog;
		SELECT 'relation', oid::regclass, relkind, reloptions, obj_description(oid, 'pg_class') FROM pg_class
			WHERE relnamespace = 'governance'::regnamespace AND relkind IN ('r', 'v', 'S', 'p');
		SELECT 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid),
				col_description(attrelid, attnum)
			FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
			WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v', 'p') AND attnum > 0 AND NOT attisdropped;
		SELECT 'view', oid::regclass, regexp_replace(pg_get_viewdef(oid), '\s+', ' ', 'g') FROM pg_class
			WHERE relnamespace = 'governance'::regnamespace AND relkind = 'v';
		SELECT 'index', pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class') FROM pg_index JOIN pg_class c ON c.oid = indrelid
			WHERE c.relnamespace = 'governance'::regnamespace;
		SELECT 'statistics', pg_get_statisticsobjdef(oid), obj_description(oid, 'pg_statistic_ext') FROM pg_statistic_ext
			WHERE stxnamespace = 'governance'::regnamespace;
		SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint') FROM pg_constraint
			WHERE connamespace = 'governance'::regnamespace AND conrelid <> 0;
		SELECT 'trigger', tgrelid::regclass, tgenabled, pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger')
			FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
			WHERE NOT tgisinternal AND c.relnamespace = 'governance'::regnamespace;
		SELECT 'function', p.oid::regprocedure, md5(prosrc) FROM pg_proc p
			WHERE pronamespace = 'governance'::regnamespace
				AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')});
}

# The lines that are only in one of two lists, with what to do about them.
sub same_lines
{
	my ($got, $wanted, $what, $mend) = @_;
	my %got = map { $_ => 1 } split /\n/, $got;
	my %wanted = map { $_ => 1 } split /\n/, $wanted;
	my @more = grep { !$wanted{$_} } sort keys %got;
	my @less = grep { !$got{$_} } sort keys %wanted;

	ok(@more == 0 && @less == 0, $what)
	  or diag(join "\n", (map { "more: $_" } @more), (map { "less: $_" } @less), $mend // ());
	return;
}

# What was recorded; columns that came later are not looked at.
sub facts
{
	my ($db) = @_;

	return $node->safe_psql($db, q{
		SET timezone = 'UTC';
		SELECT account_id, opened_at FROM governance.account ORDER BY 1;
		SELECT * FROM (SELECT account_id, violation_id, scheme, rule, points, occurred_at, decided_at, source, campaign, content_ref, evidence FROM governance.violation) v ORDER BY violation_id;
		SELECT account_id, kind, occurred_at FROM governance.activity ORDER BY 1, 2, 3;
		SELECT account_id, violation_id, reason FROM governance.revision ORDER BY 1, 2;
		SELECT account_id, scheme, tier FROM governance.standing ORDER BY 1, 2;
		SELECT account_id, scheme, sanction_id, rung, tier, during, withholds FROM governance.sanction ORDER BY sanction_id;
		SELECT policy_id, scheme, status, document FROM governance.policy ORDER BY 1});
}

# What somebody does who has only installed the package: it works, or the error
# names the two statements that are missing.
sub works_or_leads_on
{
	my ($db, $what) = @_;
	my %calls = (
		'a violation' => q{INSERT INTO governance.violation (account_id, scheme, rule) VALUES (12, 'forum', 'spam')},
		'many violations' => q{INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 'forum', 'spam' FROM generate_series(1, 30) i},
		'an activity' => q{INSERT INTO governance.activity (account_id, kind) VALUES (12, 'course')},
		'a fact' => q{INSERT INTO governance.attribute (account_id, name, value) VALUES (12, 'trusted', 'true')},
		'a revision' => q{SELECT governance.overturn(max(violation_id), 'mistaken') FROM governance.violation WHERE account_id = 16},
		'score()' => q{SELECT governance.score(12, 'forum', now() + interval '1 day')},
		'permits()' => q{SELECT count(*) FROM governance.account WHERE governance.permits(account_id, 'post', '2024-06-01')},
		'timeline()' => q{SELECT count(*) FROM governance.timeline(12, 'forum')},
		'a version' => q{SELECT governance.publish('{"scheme": "hall", "score": {"cap": 9}, "rules": {"noise": {"title": "noise", "points": 4}}}')},
		'an entitlement' => q{SELECT governance.publish('{"entitlement": "hours", "capabilities": {"post": {"at_most": ["3 per day"]}}}')},
		'rebuild()' => q{SELECT governance.rebuild()},
		'verify()' => q{SELECT count(*) FROM governance.verify()},
		'a certification' => q{SELECT governance.apply_for_certification(9, 'occupation:healthcare/physician[hospital=9,title=4]')});

	# What the version before an update has never heard of it need not name.
	delete $calls{'an entitlement'} if $what =~ /before the update/;
	foreach my $call (sort keys %calls)
	{
		my ($status, undef, $error) = $node->psql($db, "BEGIN; $calls{$call}; ROLLBACK", on_error_stop => 1);

		ok($status == 0 || $error =~ /HINT:.*governance\.create_ledger\(\)/, "$what: $call")
		  or diag($error);
	}
	return;
}

my $members = members('fresh');
my $ledger = ledger('fresh');
my $mend_members = <<'END';
What a version no longer has ("more") is dropped in sql/updates/VERSION.sql, for each version that had it.
What it has anew ("less") comes by itself, by sql/update.awk; a kind of object that this does not know is added there.
What has changed ("more" and "less") and cannot be replaced is altered in sql/updates/VERSION.sql.
END
my $mend_ledger = <<'END';
A step of create_ledger() makes each object, for a new ledger and for an older one: see sql/create_ledger.sql.
END

foreach my $script (sort glob "$updates/governance--*.sql.gz")
{
	my ($version) = basename($script) =~ /^governance--(.*)\.sql\.gz$/;
	my $name = $version =~ s/\W/_/gr;

	system("gzip -dc '$script' > '$sharedir/extension/governance--$version.sql'") == 0 or die;
	foreach my $way ('update', 'restore')
	{
		my $db = "${way}_$name";
		my ($recorded, @psql);

		system("gzip -dc '$updates/ledger--$version.sql.gz' > '$dir/ledger.sql'") == 0 or die;
		@psql = ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $node->connstr($db), '-f', "$dir/ledger.sql");
		$node->safe_psql('postgres', "CREATE DATABASE $db");
		$node->safe_psql($db, 'CREATE EXTENSION btree_gist');
		if ($way eq 'update')
		{
			$node->safe_psql($db, "CREATE SCHEMA IF NOT EXISTS governance; CREATE EXTENSION governance VERSION '$version' SCHEMA governance");
			# The dump makes the schema itself.
			my $dump = slurp_file("$dir/ledger.sql");
			$dump =~ s/^CREATE SCHEMA governance;$//m;
			open my $file, '>', "$dir/ledger.sql" or die;
			print $file $dump;
			close $file;
		}
		command_ok(\@psql, "$version, $way: the ledger is restored");
		$recorded = facts($db);
		like($recorded, qr/forum/, "$version, $way: with what was recorded");
		works_or_leads_on($db, "$version, $way: before the update");
		if ($way eq 'update')
		{
			my (undef, undef, $warning) = $node->psql($db, 'ALTER EXTENSION governance UPDATE');
			like($warning, qr/the ledger in this database is not of version .*HINT:.*create_ledger\(\)/s,
				"$version, $way: the update says what is missing");
			works_or_leads_on($db, "$version, $way: before create_ledger()");
		}
		same_lines(members($db), $members, "$version, $way: the extension is that of a fresh installation", $mend_members);
		$node->safe_psql($db, 'SET client_min_messages = warning; SELECT governance.create_ledger()');
		same_lines(ledger($db), $ledger, "$version, $way: so is the ledger", $mend_ledger);
		is(facts($db), $recorded, "$version, $way: nothing that was recorded has changed");
		is_proven($node, $db, "$version, $way: verify()");
		# Half of the accounts are taken over by an entry, and then all that is left.
		$node->safe_psql($db, q{
			INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 'forum', 'spam' FROM generate_series(1, 40) i;
			SELECT governance.overturn(max(violation_id), 'later') FROM governance.violation;
			SELECT governance.publish(jsonb_set(jsonb_set(governance.policy_document('forum'), '{ladder,0,for}', '"3 days"'),
				-- what earlier versions let pass goes on being judged, and is not published anew
				'{relief,1}', '{"on": "course", "subtract": 1, "at_most": "1 per 30 days"}'));
			SELECT governance.publish('{"entitlement": "hours", "capabilities": {"post": {"at_most": ["3 per day"]}}}')});
		is($node->safe_psql($db, q{SELECT kind, count(*) > 0 FROM governance.policies GROUP BY 1 ORDER BY 1}), "entitlement|t\nscheme|t",
			"$version, $way: entitlements stand beside policies");
		is_proven($node, $db, "$version, $way: verify() after further entries");
		$node->safe_psql($db, 'CALL governance.settle()');
		is($node->safe_psql($db, 'SELECT account_id, scheme, edition, as_of, policy_id, next_due FROM governance.standing s WHERE governance.standing_is_due(s.scheme, s.edition, s.as_of, s.policy_id, s.next_due)'), '',
			"$version, $way: settle() takes over all that is left");
		is_proven($node, $db, "$version, $way: verify() after settle()");
		unlike($node->safe_psql($db, 'SELECT * FROM governance.create_ledger()'), qr/created|added|changed/, "$version, $way: create_ledger() again has nothing to do");
	}

	# An earlier version that lacks a type, and parts of others.
	$node->safe_psql('postgres', "CREATE DATABASE lacks_$name");
	$node->safe_psql("lacks_$name", qq{
		CREATE SCHEMA governance; CREATE EXTENSION btree_gist; CREATE EXTENSION governance VERSION '$version' SCHEMA governance;
		SET search_path = pg_catalog;
		DO \$\$
		DECLARE
			lacking	record;
			drops	text[] := '{}';
		BEGIN
			FOR lacking IN
				SELECT i.type, i.identity, d.classid, d.objid FROM pg_depend d, pg_identify_object(d.classid, d.objid, d.objsubid) i
				WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'governance')
					AND (i.identity ~ 'qualification' AND i.type IN ('type', 'operator', 'operator class', 'operator family')
						 OR EXISTS (SELECT FROM pg_depend u JOIN pg_type t ON t.oid = u.refobjid
									WHERE u.classid = d.classid AND u.objid = d.objid AND u.refclassid = 'pg_type'::regclass
										AND t.typname IN ('qualification', '_qualification'))
						 OR i.type = 'cast' OR i.identity IN ('pg_catalog.max(governance.credit_score)', 'pg_catalog.-(governance.credit_score,numeric)'))
				ORDER BY i.type = 'type', i.identity
			LOOP
				-- The array of a type goes with it, in some versions of the server.
				CONTINUE WHEN NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = lacking.classid AND e.objid = lacking.objid AND e.deptype = 'e');
				EXECUTE format('ALTER EXTENSION governance DROP %s %s', lacking.type, lacking.identity);
				drops := drops || format('DROP %s IF EXISTS %s CASCADE', lacking.type, lacking.identity);
			END LOOP;
			FOR i IN REVERSE cardinality(drops) .. 1 LOOP
				EXECUTE drops[i];
			END LOOP;
		END
		\$\$});
	is($node->safe_psql("lacks_$name", "SELECT to_regtype('governance.qualification'), to_regprocedure('max(governance.credit_score)'), to_regoperator('-(governance.credit_score,numeric)')"),
		'||', "$version: a type, an aggregate and an operator are not there");
	$node->safe_psql("lacks_$name", 'SET client_min_messages = error; ALTER EXTENSION governance UPDATE');
	same_lines(members("lacks_$name"), $members, "$version: what an update adds to types is there", $mend_members);
	unlink "$sharedir/extension/governance--$version.sql";
}

$node->stop;
done_testing();

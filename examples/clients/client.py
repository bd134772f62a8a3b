"""A service in Python: psycopg 3.  Where the database is, the environment says
(PGHOST, PGPORT, PGDATABASE, PGUSER).  POOLED=1: behind a pooler in transaction
mode, where nothing may rest on a session."""

import datetime
import decimal
import json
import os
import pathlib
import select
import sys
import time

import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

POOLED = os.environ.get("POOLED") == "1"
ACCOUNT = int(os.environ.get("ACCOUNT", "42"))


def connect():
    # A pooler in transaction mode gives each transaction another server
    # session: statements that psycopg prepares by itself would not be there.
    return psycopg.connect(row_factory=namedtuple_row, prepare_threshold=None if POOLED else 5)


def publish(conn):
    document = json.loads((pathlib.Path(__file__).parent / "policy.json").read_text())
    return conn.execute("SELECT governance.publish(%s) AS policy_id", [Jsonb(document)]).fetchone().policy_id


def record(conn, account, rule, points=None):
    return conn.execute(
        "INSERT INTO governance.violation (account_id, scheme, rule, points, source)"
        " VALUES (%s, 'forum.strikes', %s, %s, 'report') RETURNING violation_id, occurred_at",
        [account, rule, points],
    ).fetchone()


def standing(conn, account):
    return conn.execute(
        "SELECT score, tier, governance.points(score) AS points FROM governance.standing"
        " WHERE account_id = %s AND scheme = 'forum.strikes'",
        [account],
    ).fetchone()


class Listener:
    """What wakes a worker: a session of its own, past the pooler, since LISTEN
    belongs to a session.  When the server or the network ends it, it is opened
    anew."""

    def __init__(self):
        self.conn = None
        self.opened = 0

    def wait(self, seconds):
        try:
            if self.conn is None:
                self.conn = connect()
                self.conn.autocommit = True
                self.conn.execute("LISTEN governance_event")
                self.opened += 1
                return  # What came before was not heard: poll, and then wait.
            select.select([self.conn], [], [], seconds)
            self.conn.execute("SELECT 1")  # takes in what has come
        except psycopg.OperationalError:
            self.conn = None
            time.sleep(0.1)


def next_events(conn, listener):
    """Polls; when there is nothing, waits for a notification or half a second."""
    for _ in range(20):
        with conn.transaction():
            events = conn.execute("SELECT * FROM governance.poll('app')").fetchall()
        if events:
            return events
        if listener is not None:
            listener.wait(0.5)
        else:
            time.sleep(0.1)
    return []


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r} instead of {wanted!r}")


def main():
    with connect() as conn:
        conn.autocommit = True
        listener = None
        if not POOLED:
            listener = Listener()
            listener.wait(0)

        publish(conn)
        conn.execute("INSERT INTO governance.account (account_id) VALUES (%s)", [ACCOUNT])
        conn.execute("INSERT INTO post (author_id, body) VALUES (%s, 'hello')", [ACCOUNT])

        # Two violations in one transaction; the standing is right inside it.
        with conn.transaction():
            record(conn, ACCOUNT, "spam")
            violation = record(conn, ACCOUNT, "insult", decimal.Decimal(1))
            expect("inside the transaction", standing(conn, ACCOUNT).tier, "muted")

        # What is rolled back never was.
        with conn.transaction(force_rollback=True):
            record(conn, ACCOUNT, "insult", 2)
            expect("before the rollback", standing(conn, ACCOUNT).tier, "banned")

        # What arrives: scores and tiers as text, numbers as Decimal, ranges and
        # arrays as Python's own.
        row = standing(conn, ACCOUNT)
        expect("score", row.score, "2/3")
        expect("tier", row.tier, "muted")
        expect("points", row.points, decimal.Decimal(2))
        sanction = conn.execute("SELECT * FROM governance.sanction WHERE account_id = %s", [ACCOUNT]).fetchone()
        expect("during", sanction.during.upper - sanction.during.lower, datetime.timedelta(days=7))
        expect("withholds", sanction.withholds, ["post"])
        expect("violation_id", sanction.violation_id, violation.violation_id)
        expect("explained", conn.execute(
            "SELECT governance.explain(%s) ->> 'rung' AS rung", [sanction.sanction_id]).fetchone().rung, "mute")

        # Refused, with everything that an application needs to say so.
        try:
            conn.execute("INSERT INTO post (author_id, body) VALUES (%s, 'again')", [ACCOUNT])
            sys.exit("the post was not refused")
        except psycopg.Error as error:
            diag = error.diag
            expect("SQLSTATE", diag.sqlstate, "GV301")
            expect("fields", (diag.schema_name, diag.table_name, diag.column_name, diag.constraint_name),
                   ("public", "post", "author_id", "may_post"))
            expect("message", diag.message_primary, f'account {ACCOUNT} may not "post"')
            expect("detail", diag.message_detail.startswith('It is withheld by rung "mute"'), True)
            expect("hint", diag.message_hint, f"governance.explain({sanction.sanction_id}) gives the reasons.")
        try:
            record(conn, ACCOUNT, "no_such_rule")
            sys.exit("the rule was not refused")
        except psycopg.Error as error:
            expect("SQLSTATE of a rule", error.diag.sqlstate, "GV003")

        # Events: what was decided above, in order; then nothing is left.
        events = next_events(conn, listener)
        mine = [e for e in events if e.account_id == ACCOUNT]
        expect("events", "sanction_started" in [e.kind for e in mine], True)
        started = next(e for e in mine if e.kind == "sanction_started")
        expect("detail of the event", started.detail["withholds"], ["post"])
        expect("acknowledged", conn.execute(
            "SELECT governance.acknowledge('app', %s) AS n", [[e.event_id for e in events]]).fetchone().n, len(events))
        if listener is not None:
            # As when the server restarts: the session is lost, and opened anew.
            conn.execute("SELECT pg_terminate_backend(%s, 5000)", [listener.conn.info.backend_pid])
            while listener.opened < 2:
                listener.wait(0.5)
        conn.execute("SELECT governance.overturn(%s, 'mistaken')", [violation.violation_id])
        if listener is not None:
            began = time.monotonic()
            listener.wait(30)
            expect("woken", time.monotonic() - began < 15, True)
        events = next_events(conn, listener)
        expect("released", "sanction_released" in [e.kind for e in events if e.account_id == ACCOUNT], True)
        conn.execute("SELECT governance.acknowledge('app', %s)", [[e.event_id for e in events]])
        conn.execute("INSERT INTO post (author_id, body) VALUES (%s, 'thank you')", [ACCOUNT])
        if listener is not None:
            listener.conn.close()
    print("python: as expected" + (" behind a pooler" if POOLED else ""))


main()

// A service in Java: JDBC.  Where the database is, the environment says (PGHOST,
// PGPORT, PGDATABASE, PGUSER).  POOLED=1: behind a pooler in transaction mode,
// where nothing may rest on a session.

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.util.PGobject;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

public class Client {
	static final boolean POOLED = "1".equals(System.getenv("POOLED"));
	static final long ACCOUNT = Long.parseLong(Objects.requireNonNullElse(System.getenv("ACCOUNT"), "42"));

	record Event(long id, String kind, Long account, String detail) {}

	static Connection connect() throws SQLException {
		// A pooler in transaction mode gives each transaction another server
		// session: statements that the driver prepares by name would not be there.
		return DriverManager.getConnection("jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT")
				+ "/" + System.getenv("PGDATABASE") + "?user=" + System.getenv("PGUSER")
				+ (POOLED ? "&prepareThreshold=0" : ""));
	}

	static void expect(String what, Object got, Object wanted) {
		if (!Objects.equals(got, wanted))
			throw new AssertionError(what + ": " + got + " instead of " + wanted);
	}

	// A document, or any value of a type that JDBC does not know, as its text.
	static PGobject value(String type, String text) throws SQLException {
		PGobject object = new PGobject();
		object.setType(type);
		object.setValue(text);
		return object;
	}

	static long publish(Connection connection, Path document) throws Exception {
		try (PreparedStatement statement = connection.prepareStatement("SELECT governance.publish(?)")) {
			statement.setObject(1, value("jsonb", Files.readString(document)));
			ResultSet rows = statement.executeQuery();
			rows.next();
			return rows.getLong(1);
		}
	}

	static long record(Connection connection, String rule, BigDecimal points) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(
				"INSERT INTO governance.violation (account_id, scheme, rule, points, source)"
				+ " VALUES (?, 'forum.strikes', ?, ?, 'report') RETURNING violation_id")) {
			statement.setLong(1, ACCOUNT);
			statement.setString(2, rule);
			statement.setBigDecimal(3, points);
			ResultSet rows = statement.executeQuery();
			rows.next();
			return rows.getLong(1);
		}
	}

	static String tier(Connection connection) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("SELECT governance.tier(?, 'forum.strikes')")) {
			statement.setLong(1, ACCOUNT);
			ResultSet rows = statement.executeQuery();
			rows.next();
			return rows.getString(1);
		}
	}

	static void post(Connection connection, String body) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("INSERT INTO post (author_id, body) VALUES (?, ?)")) {
			statement.setLong(1, ACCOUNT);
			statement.setString(2, body);
			statement.executeUpdate();
		}
	}

	static List<Event> poll(Connection connection) throws SQLException {
		List<Event> events = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(
				"SELECT event_id, kind, account_id, detail FROM governance.poll('app')")) {
			ResultSet rows = statement.executeQuery();
			while (rows.next())
				events.add(new Event(rows.getLong(1), rows.getString(2), rows.getObject(3, Long.class), rows.getString(4)));
		}
		return events;
	}

	static long acknowledge(Connection connection, List<Event> events) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("SELECT governance.acknowledge('app', ?)")) {
			statement.setArray(1, connection.createArrayOf("bigint", events.stream().map(Event::id).toArray()));
			ResultSet rows = statement.executeQuery();
			rows.next();
			return rows.getLong(1);
		}
	}

	// What wakes a worker: a session of its own, past the pooler, since LISTEN
	// belongs to a session.  When the server or the network ends it, it is opened
	// anew.
	static class Listener implements AutoCloseable {
		private Connection connection;
		int opened;

		// How many notifications came.
		int await(int milliseconds) throws InterruptedException {
			try {
				if (connection == null) {
					connection = connect();
					connection.createStatement().execute("LISTEN governance_event");
					opened++;
					return 0; // What came before was not heard: poll, and then wait.
				}
				PGNotification[] notices = connection.unwrap(PGConnection.class).getNotifications(milliseconds);
				return notices == null ? 0 : notices.length;
			} catch (SQLException lost) {
				connection = null;
				Thread.sleep(100);
				return 0;
			}
		}

		int backend() throws SQLException {
			return connection.unwrap(PGConnection.class).getBackendPID();
		}

		@Override
		public void close() throws SQLException {
			if (connection != null)
				connection.close();
		}
	}

	// Polls; when there is nothing, waits for a notification or half a second.
	static List<Event> nextEvents(Connection connection, Listener listener) throws Exception {
		for (int i = 0; i < 20; i++) {
			List<Event> events = poll(connection);
			if (!events.isEmpty())
				return events;
			if (listener != null)
				listener.await(500);
			else
				Thread.sleep(100);
		}
		return List.of();
	}

	static Event find(List<Event> events, String kind) {
		return events.stream().filter(event -> event.kind().equals(kind) && Objects.equals(event.account(), ACCOUNT))
			.findFirst().orElseThrow(() -> new AssertionError("no event " + kind));
	}

	public static void main(String[] args) throws Exception {
		try (Connection connection = connect(); Listener listener = POOLED ? null : new Listener()) {
			if (listener != null)
				listener.await(0);

			publish(connection, Path.of(args[0]));
			connection.createStatement().execute("INSERT INTO governance.account (account_id) VALUES (" + ACCOUNT + ")");
			post(connection, "hello");

			// Two violations in one transaction; the standing is right inside it.
			connection.setAutoCommit(false);
			record(connection, "spam", null);
			long violation = record(connection, "insult", BigDecimal.ONE);
			expect("inside the transaction", tier(connection), "muted");
			connection.commit();

			// What is rolled back never was.
			record(connection, "insult", BigDecimal.valueOf(2));
			expect("before the rollback", tier(connection), "banned");
			connection.rollback();
			connection.setAutoCommit(true);

			// What arrives: getString() for scores and tiers, PGobject from
			// getObject(); numeric as BigDecimal, text[] as Array, ranges as text:
			// their ends are better asked for one by one.
			long sanction;
			try (ResultSet rows = connection.createStatement().executeQuery(
					"SELECT s.sanction_id, t.score, t.tier, governance.points(t.score) AS points, s.withholds, s.during,"
					+ " lower(s.during) AS since, upper(s.during) AS until"
					+ " FROM governance.sanction s JOIN governance.standing t USING (account_id, scheme)"
					+ " WHERE s.account_id = " + ACCOUNT)) {
				rows.next();
				sanction = rows.getLong("sanction_id");
				expect("score", rows.getString("score"), "2/3");
				expect("type of a score", ((PGobject) rows.getObject("score")).getType(), "\"governance\".\"credit_score\"");
				expect("tier", rows.getString("tier"), "muted");
				expect("points", rows.getBigDecimal("points"), BigDecimal.valueOf(2));
				expect("withholds", Arrays.asList((String[]) rows.getArray("withholds").getArray()), List.of("post"));
				expect("during", rows.getString("during").matches("\\[\"20.*\",\"20.*\"\\)"), true);
				expect("length", Duration.between(rows.getObject("since", OffsetDateTime.class),
						rows.getObject("until", OffsetDateTime.class)), Duration.ofDays(7));
			}

			// Refused, with everything that an application needs to say so.
			try {
				post(connection, "again");
				throw new AssertionError("the post was not refused");
			} catch (PSQLException refused) {
				ServerErrorMessage error = refused.getServerErrorMessage();
				expect("SQLSTATE", refused.getSQLState(), "GV301");
				expect("message", error.getMessage(), "account " + ACCOUNT + " may not \"post\"");
				expect("fields", List.of(error.getSchema(), error.getTable(), error.getColumn(), error.getConstraint()),
						List.of("public", "post", "author_id", "may_post"));
				expect("detail", error.getDetail().startsWith("It is withheld by rung \"mute\""), true);
				expect("hint", error.getHint(), "governance.explain(" + sanction + ") gives the reasons.");
			}
			try {
				record(connection, "no_such_rule", null);
				throw new AssertionError("the rule was not refused");
			} catch (PSQLException refused) {
				expect("SQLSTATE of a rule", refused.getSQLState(), "GV003");
			}

			// Events: woken, polled, acknowledged.
			List<Event> events = nextEvents(connection, listener);
			expect("detail of the event", find(events, "sanction_started").detail().contains("\"withholds\": [\"post\"]"), true);
			expect("acknowledged", acknowledge(connection, events), (long) events.size());
			if (listener != null) {
				// As when the server restarts: the session is lost, and opened anew.
				connection.createStatement().executeQuery("SELECT pg_terminate_backend(" + listener.backend() + ", 5000)");
				while (listener.opened < 2)
					listener.await(500);
			}
			connection.createStatement().executeQuery("SELECT governance.overturn(" + violation + ", 'mistaken')");
			if (listener != null)
				expect("woken", listener.await(30000) > 0, true);
			events = nextEvents(connection, listener);
			find(events, "sanction_released");
			acknowledge(connection, events);
			post(connection, "thank you");
		}
		System.out.println("java: as expected" + (POOLED ? " behind a pooler" : ""));
	}
}

-- Both ways, and what is not as it should be.
\pset null none
\set ECHO queries

SELECT count(*) AS examples, count(DISTINCT id) AS ids, sum(jsonb_array_length(expect)) AS questions FROM play.example;
-- as examples of documents
SELECT * FROM play.by_document();
-- as calls
SELECT * FROM play.by_calls();
